import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, keysOf, takeTurns } from './turns.mjs';

export const about = 'transfers between random accounts, unary, 64 and 256 in flight, beside the floor and the limit';

export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const ledger = await bench.ledger();
    const opened = await bench.openAccounts(ledger.address, accounts);
    const floor = await bench.floor();
    const watch = { service: ledger.pid };
    const transfers = { address: ledger.address, workload: 'uniform', accounts };
    const sides = {};
    for (const inFlight of [64, 256]) {
      const loop = { inFlight };
      sides[`ledger ${inFlight}`] = { generator: await bench.generator('transfer', transfers), loop, watch };
      const plain = { ...floor.settings, workload: 'uniform', operation: 'transfer', sockets: inFlight };
      sides[`floor ${inFlight}`] = { generator: await bench.generator('floor', plain), loop };
    }
    // What the choice of the generator's client makes.
    sides['ledger 64, grpc-js'] = {
      generator: await bench.generator('transfer', { ...transfers, client: 'grpc-js' }),
      loop: { inFlight: 64 },
      watch,
    };
    const limit = await bench.generator('limit', { ...floor.settings, sockets: 16 });
    sides.limit = { generator: limit, loop: { inFlight: 16 }, worth: 25 };
    const turns = await takeTurns(bench, sides);

    const books = await checkLedger(
      bench.books(),
      ['ledger 64', 'ledger 256', 'ledger 64, grpc-js'].flatMap((side) => turns.files[side]),
      ledger.address,
      accounts,
    );
    const floorFiles = ['floor 64', 'floor 256', 'limit'].flatMap((side) => turns.files[side]);
    return {
      settings: { ...bench.settings, accountsOpened: opened, recordsABatch: books.records / books.batches },
      rounds: turns.rounds,
      figures: Object.assign({}, ...Object.keys(sides).map((side) => turns.figures(side))),
      ratios: {
        'ledger over floor, 64': turns.ratio('ledger 64', 'floor 64'),
        'ledger over floor, 256': turns.ratio('ledger 256', 'floor 256'),
        'p99 over the floor’s, 64': turns.ratio('ledger 64', 'floor 64', 'p99'),
        'p99 over the floor’s, 256': turns.ratio('ledger 256', 'floor 256', 'p99'),
        'ledger over floor, 64, grpc-js': turns.ratio('ledger 64, grpc-js', 'floor 64'),
        'ledger 64 over the limit': turns.ratio('ledger 64', 'limit'),
      },
      goals: {
        'ledger over floor, 64': turns.goal('ledger 64', 'floor 64', '>=', 10),
        'ledger over floor, 256': turns.goal('ledger 256', 'floor 256', '>=', 10),
        'p99 over the floor’s, 64': turns.goal('ledger 64', 'floor 64', '<=', 1, 'p99'),
        'p99 over the floor’s, 256': turns.goal('ledger 256', 'floor 256', '<=', 1, 'p99'),
      },
      failed: turns.failed,
      invariants: { ...books.invariants, ...(await floor.check(keysOf(floorFiles))) },
    };
  });
}
