import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, keysOf, takeTurns } from './turns.mjs';

export const about = 'one caller, one transfer at a time, beside the floor';

export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const ledger = await bench.ledger();
    await bench.openAccounts(ledger.address, accounts);
    const floor = await bench.floor();
    const loop = { inFlight: 1 };
    const plain = { ...floor.settings, workload: 'uniform', operation: 'transfer', sockets: 1 };
    const transfers = { address: ledger.address, workload: 'uniform', accounts };
    const sides = {
      ledger: { generator: await bench.generator('transfer', transfers), loop, watch: { service: ledger.pid } },
      floor: { generator: await bench.generator('floor', plain), loop },
    };
    const turns = await takeTurns(bench, sides);

    const books = await checkLedger(bench.books(), turns.files.ledger, ledger.address, accounts);
    return {
      settings: bench.settings,
      rounds: turns.rounds,
      figures: { ...turns.figures('ledger'), ...turns.figures('floor') },
      ratios: {
        'p50 over the floor’s': turns.ratio('ledger', 'floor', 'p50'),
        'p99 over the floor’s': turns.ratio('ledger', 'floor', 'p99'),
      },
      goals: { 'p50 over the floor’s': turns.goal('ledger', 'floor', '<=', 1, 'p50') },
      failed: turns.failed,
      invariants: { ...books.invariants, ...(await floor.check(keysOf(turns.files.floor))) },
    };
  });
}
