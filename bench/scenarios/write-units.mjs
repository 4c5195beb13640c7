import { figure } from '../figures.mjs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { checkLedger, keysOf, Turns } from './turns.mjs';

export const about = 'DynamoDB write units a transfer at 64 in flight, followers included, beside the floor’s';

/**
 * A proxy asks for the consumed capacity of every write to any table (servers/counting-proxy.mjs). It makes each append
 * slower and thereby batches larger, which flatters the ledger; so how many transfers share a batch is told with it and
 * without it, and the goal is held against the units scaled to the smaller batch, journal appends growing with it.
 */
export function run(options) {
  // The publisher's position is a write like any other: without Kafka it would not be made.
  return withWorkbench({ ...options, kafka: true }, async (bench) => {
    const { accounts, rounds, seconds, warmUpSeconds } = bench.options;
    const proxy = bench.child('servers/counting-proxy.mjs');
    const endpoint = await proxy.ask({ listen: bench.store.endpoint });
    const counted = await bench.ledger({ name: 'counted', env: { DYNAMODB_ENDPOINT: endpoint } });
    const direct = await bench.ledger({ name: 'direct' });
    await bench.openAccounts(counted.address, accounts);
    await bench.openAccounts(direct.address, accounts);
    const floor = await bench.floor();
    const loop = { inFlight: 64 };
    const transfers = { workload: 'uniform', accounts };
    const plain = { ...floor.settings, ...transfers, operation: 'transfer', sockets: 64, endpoint };
    const sides = {
      counted: {
        generator: await bench.generator('transfer', { ...transfers, address: counted.address }),
        watch: { service: counted.pid },
        loop,
      },
      direct: {
        generator: await bench.generator('transfer', { ...transfers, address: direct.address }),
        watch: { service: direct.pid },
        loop,
      },
      floor: { generator: await bench.generator('floor', plain), loop },
    };
    const turns = new Turns(bench);
    const books = { counted: bench.books('counted-'), direct: bench.books('direct-') };
    const batchesOf = { counted: [], direct: [] };
    const units = { counted: [], floor: [] };
    let byTable = {};
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, side] of Object.entries(sides)) {
        // What followers wrote for the run before is told by now.
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        await proxy.ask({ take: undefined });
        const { completed, file } = await turns.press(name, side, round === 0 ? warmUpSeconds : seconds, round);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        const taken = await proxy.ask({ take: undefined });
        const total = Object.values(taken).reduce((sum, one) => sum + one.units, 0);
        if (name === 'counted') byTable = taken;
        const found = await books[name]?.check([file]);
        if (round === 0) continue;
        units[name]?.push(total / completed);
        batchesOf[name]?.push(completed / found.batches);
      }
    }
    const transfersABatch = {
      counted: figure('transfers', batchesOf.counted),
      direct: figure('transfers', batchesOf.direct),
    };
    const ratio = Number((figure('', units.counted).median / figure('', units.floor).median).toFixed(4));
    const flattery = Math.max(1, transfersABatch.counted.median / transfersABatch.direct.median);
    const held = Number((ratio * flattery).toFixed(4));
    const checked = {};
    for (const name of ['counted', 'direct']) {
      const { address } = name === 'counted' ? counted : direct;
      const { invariants } = await checkLedger(books[name], [], address, accounts);
      for (const [invariant, kept] of Object.entries(invariants)) checked[`${name}: ${invariant}`] = kept;
    }
    return {
      settings: { ...bench.settings, lastRoundByTable: byTable },
      rounds: turns.rounds,
      figures: {
        'ledger, units': figure('units a transfer', units.counted),
        'floor, units': figure('units a transfer', units.floor),
        'transfers a batch, through the proxy': transfersABatch.counted,
        'transfers a batch, without it': transfersABatch.direct,
        ...turns.figures('direct'),
      },
      ratios: { 'units over the floor’s': ratio, 'the same at the batches without the proxy, at most': held },
      goals: { 'units over the floor’s': { measured: held, goal: '<= 0.25', met: held <= 0.25 } },
      failed: turns.failed,
      invariants: { ...checked, ...(await floor.check(keysOf(turns.files.floor))) },
    };
  });
}
