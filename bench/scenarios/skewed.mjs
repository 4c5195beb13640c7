import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, keysOf, takeTurns } from './turns.mjs';

export const about = '70 % of the transfers go to one account, beside uniform transfers and the floor';

export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const ledger = await bench.ledger();
    await bench.openAccounts(ledger.address, accounts);
    const floor = await bench.floor();
    const watch = { service: ledger.pid };
    const loop = { inFlight: 64 };
    const sides = {};
    for (const workload of ['uniform', 'skewed']) {
      const generator = await bench.generator('transfer', { address: ledger.address, workload, accounts });
      sides[`ledger ${workload}`] = { generator, loop, watch };
    }
    for (const workload of ['uniform', 'skewed']) {
      const plain = { ...floor.settings, workload, operation: 'transfer', sockets: 64 };
      sides[`floor ${workload}`] = { generator: await bench.generator('floor', plain), loop };
    }
    const turns = await takeTurns(bench, sides);

    const { files } = turns;
    const all = [...files['ledger uniform'], ...files['ledger skewed']];
    const books = await checkLedger(bench.books(), all, ledger.address, accounts);
    const floorFiles = [...files['floor uniform'], ...files['floor skewed']];
    return {
      settings: bench.settings,
      rounds: turns.rounds,
      figures: Object.assign({}, ...Object.keys(sides).map((side) => turns.figures(side))),
      ratios: {
        'skewed over uniform': turns.ratio('ledger skewed', 'ledger uniform'),
        'skewed over the floor’s': turns.ratio('ledger skewed', 'floor skewed'),
      },
      goals: { 'skewed over uniform': turns.goal('ledger skewed', 'ledger uniform', '>=', 0.9) },
      failed: turns.failed,
      invariants: { ...books.invariants, ...(await floor.check(keysOf(floorFiles))) },
    };
  });
}
