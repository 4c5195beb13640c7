import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, takeTurns } from './turns.mjs';

export const about = 'the share of the bare wire: the same messages to an empty handler, unary, 64 in flight';

export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const ledger = await bench.ledger();
    await bench.openAccounts(ledger.address, accounts);
    const wire = bench.child('servers/bare-wire.mjs');
    const address = await wire.ask({ listen: undefined });
    const loop = { inFlight: 64 };
    // The wire is grpc-js at both of its ends.
    const transfers = { workload: 'uniform', accounts, client: 'grpc-js' };
    const sides = {
      ledger: {
        generator: await bench.generator('transfer', { ...transfers, address: ledger.address }),
        loop,
        watch: { service: ledger.pid },
      },
      wire: {
        generator: await bench.generator('transfer', { ...transfers, address }),
        loop,
        watch: { service: wire.pid },
      },
    };
    const turns = await takeTurns(bench, sides);

    const books = await checkLedger(bench.books(), turns.files.ledger, ledger.address, accounts);
    return {
      settings: bench.settings,
      rounds: turns.rounds,
      figures: { ...turns.figures('ledger'), ...turns.figures('wire', { unit: 'calls/s' }) },
      ratios: { 'ledger over the wire': turns.ratio('ledger', 'wire') },
      goals: { 'ledger over the wire': turns.goal('ledger', 'wire', '>=', 0.5) },
      failed: turns.failed,
      invariants: books.invariants,
    };
  });
}
