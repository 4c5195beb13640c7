import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, keysOf, takeTurns } from './turns.mjs';

export const about = 'a card authorisation, its card checked, and its capture, beside two floors';

/**
 * One checkout is both calls. Two floors: a four-item transaction a checkout, as if it were one transfer (the stricter
 * one, and the goal's); and the checkout written naively, a four-item transaction for each of both, without card check.
 */
export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const ledger = await bench.ledger();
    await bench.openAccounts(ledger.address, accounts);
    const floor = await bench.floor();
    const loop = { inFlight: 64 };
    const plain = { ...floor.settings, workload: 'uniform', sockets: 64 };
    const sides = {
      checkout: {
        generator: await bench.generator('checkout', { address: ledger.address, accounts }),
        loop,
        watch: { service: ledger.pid, cards: bench.cardsChild.pid },
      },
      'floor transfer': { generator: await bench.generator('floor', { ...plain, operation: 'transfer' }), loop },
      'floor checkout': { generator: await bench.generator('floor', { ...plain, operation: 'checkout' }), loop },
    };
    const turns = await takeTurns(bench, sides);

    const books = await checkLedger(bench.books(), turns.files.checkout, ledger.address, accounts);
    const floorFiles = [...turns.files['floor transfer'], ...turns.files['floor checkout']];
    return {
      settings: { ...bench.settings, recordsABatch: books.records / books.batches },
      rounds: turns.rounds,
      figures: {
        ...turns.figures('checkout', { unit: 'checkouts/s' }),
        ...turns.figures('floor transfer'),
        ...turns.figures('floor checkout', { unit: 'checkouts/s' }),
      },
      ratios: {
        'checkouts over floor transfers': turns.ratio('checkout', 'floor transfer'),
        'checkouts over floor checkouts': turns.ratio('checkout', 'floor checkout'),
      },
      goals: {
        'checkouts over floor transfers': turns.goal('checkout', 'floor transfer', '>=', 7),
        'checkouts over floor checkouts': turns.goal('checkout', 'floor checkout', '>=', 7),
      },
      failed: turns.failed,
      invariants: { ...books.invariants, ...(await floor.check(keysOf(floorFiles))) },
    };
  });
}
