import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../tools/topology.mjs';
import { figure, goal } from '../figures.mjs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, takeTurns } from './turns.mjs';

export const about = 'the same card authorisation over gRPC and over REST/JSON: calls a CPU second of the server';

/** One server process with both doors into the same code; the doors are pressed in turns. */
export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts, checkout = root } = options;
    const env = await bench.ledgerEnv('ledger-', {
      TRANSACTION_DIST: join(resolve(checkout), 'services/transaction/dist'),
    });
    const server = await bench.replica('transaction', 'rest-edge', env);
    const main = fileURLToPath(new URL('../servers/rest-edge.mjs', import.meta.url));
    server.command.args = [...server.command.args.slice(0, -1), main];
    await server.start();
    await bench.openAccounts(server.address, accounts);
    const loop = { inFlight: 64 };
    const watch = { service: server.pid };
    const purchases = { accounts, sockets: 64 };
    const url = `http://${server.http}/v1/authorizations`;
    const sides = {
      grpc: {
        generator: await bench.generator('authorize', { ...purchases, address: server.address }),
        loop,
        watch,
      },
      rest: { generator: await bench.generator('rest', { ...purchases, url }), loop, watch },
    };
    const turns = await takeTurns(bench, sides);

    const callsACpuSecond = (side) => turns.of(side, 'cpuSecondsPer1000').map(({ service }) => 1000 / service);
    const ratios = callsACpuSecond('grpc').map((calls, round) => calls / callsACpuSecond('rest')[round]);
    const ratio = figure('', ratios).median;
    const files = [...turns.files.grpc, ...turns.files.rest];
    const books = await checkLedger(bench.books(), files, server.address, accounts);
    return {
      settings: bench.settings,
      rounds: turns.rounds,
      figures: {
        'gRPC, calls a CPU second': figure('calls', callsACpuSecond('grpc')),
        'REST, calls a CPU second': figure('calls', callsACpuSecond('rest')),
        ...turns.figures('grpc', { unit: 'calls/s' }),
        ...turns.figures('rest', { unit: 'calls/s' }),
      },
      ratios: { 'gRPC over REST, calls a CPU second': ratio, 'gRPC over REST, calls/s': turns.ratio('grpc', 'rest') },
      goals: { 'gRPC over REST, calls a CPU second': goal(ratio, '>=', 1.5) },
      failed: turns.failed,
      invariants: books.invariants,
    };
  });
}
