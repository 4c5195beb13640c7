import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, keysOf, takeTurns } from './turns.mjs';

/** Stream and bulk: the ledger, the bare wire with the same messages, and the floor, in turns. */
export function manyAtOnce(options, { kind, offered, loop, worth, settings, goals }) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const ledger = await bench.ledger();
    if (!(await offered(ledger.address))) throw new Error(`the service does not offer ${kind} yet`);
    await bench.openAccounts(ledger.address, accounts);
    const wire = bench.child('servers/bare-wire.mjs');
    const wireAddress = await wire.ask({ listen: undefined });
    const floor = await bench.floor();
    const transfers = { workload: 'uniform', accounts, perCall: worth };
    const sides = {
      [kind]: {
        generator: await bench.generator(kind, { ...transfers, address: ledger.address }),
        watch: { service: ledger.pid },
        loop,
        worth,
      },
      wire: {
        generator: await bench.generator(kind, { ...transfers, address: wireAddress }),
        watch: { service: wire.pid },
        loop,
        worth,
      },
      floor: {
        generator: await bench.generator('floor', {
          ...floor.settings,
          workload: 'uniform',
          operation: 'transfer',
          sockets: 64,
        }),
        loop: { inFlight: 64 },
      },
    };
    const turns = await takeTurns(bench, sides);

    const books = await checkLedger(bench.books(), turns.files[kind], ledger.address, accounts);
    const figures = { ...turns.figures(kind), ...turns.figures('wire'), ...turns.figures('floor') };
    return {
      settings: { ...bench.settings, ...settings, recordsABatch: books.records / books.batches },
      rounds: turns.rounds,
      figures,
      ratios: {
        [`${kind} over the floor`]: turns.ratio(kind, 'floor'),
        [`${kind} over the wire`]: turns.ratio(kind, 'wire'),
      },
      goals: goals(figures[kind]),
      failed: turns.failed,
      invariants: { ...books.invariants, ...(await floor.check(keysOf(turns.files.floor))) },
    };
  });
}
