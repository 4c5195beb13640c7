import { shardOf } from '@ipe/ledger/shard-of';
import { figure } from '../figures.mjs';
import { PartedLedger } from '../fixture/parted-ledger.mjs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { accountId } from '../load/workloads.mjs';
import { checkLedger, takeTurns } from './turns.mjs';

export const about = '4 shards on 2 replicas, a third of the transfers across shards, beside one shard';

const shards = 4;
const replicas = 2;
const third = 1 / 3;
const inFlights = [64, 256];
const kinds = { one: '1 shard', learned: '4 shards', any: '4 shards, any replica', within: '4 shards, none across' };
const name = (kind, inFlight) => `${kinds[kind]}, ${inFlight}`;

/**
 * The parted ledger is measured in three ways: called as the platform's own services do, by callers who learn who leads
 * (`LedgerClient`), which decides the goal; as by a load balancer, half of all passed on; and without transfers across.
 */
export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const whole = await PartedLedger.of(bench, { name: 'whole', shards: 1, replicas: 1 });
    const parted = await PartedLedger.of(bench, { name: 'parted', shards, replicas });
    await parted.shared();
    for (const { addresses } of [whole, parted]) await bench.openAccounts(addresses[0], accounts);

    const places = Array.from({ length: accounts }, (_, account) => shardOf(accountId(account), shards));
    const uniform = { address: whole.addresses[0], workload: 'uniform', accounts };
    const everywhere = { addresses: parted.addresses, places, across: third };
    const generators = {
      one: [whole, await bench.generator('transfer', uniform)],
      learned: [parted, await bench.generator('shards', { ...everywhere, learns: true })],
      any: [parted, await bench.generator('shards', everywhere)],
      within: [parted, await bench.generator('shards', { ...everywhere, learns: true, across: 0 })],
    };
    const sides = {};
    for (const inFlight of inFlights) {
      for (const [kind, [ledger, generator]] of Object.entries(generators)) {
        sides[name(kind, inFlight)] = sideOf(ledger, generator, inFlight);
      }
    }
    const turns = await takeTurns(bench, sides);

    await parted.shared();
    const drainSeconds = await parted.drained();
    const between = (await parted.posted('between-shards')).reduce((sum, cents) => sum + cents, 0n);
    const invariants = { betweenShardsAnsweredAsZero: between === 0n };
    const filesOf = (...some) =>
      some.flatMap((kind) => inFlights.flatMap((inFlight) => turns.files[name(kind, inFlight)]));
    const files = { whole: filesOf('one'), parted: filesOf('learned', 'any', 'within') };
    for (const [called, ledger] of Object.entries({ whole, parted })) {
      const books = bench.books(`${called}-`, ledger.shards);
      const found = await checkLedger(books, files[called], ledger.addresses[0], accounts);
      for (const [invariant, kept] of Object.entries(found.invariants)) invariants[`${called}: ${invariant}`] = kept;
      books.stop();
      ledger.close();
    }
    const drains = inFlights.flatMap((inFlight) =>
      ['learned', 'any'].flatMap((kind) => turns.of(name(kind, inFlight), 'drainSeconds')),
    );
    const over = (kind, inFlight, member) => turns.ratio(name(kind, inFlight), name('one', inFlight), member);
    return {
      settings: { ...bench.settings, shards, replicas, across: third, leadersChanged: parted.leadersChanged },
      rounds: turns.rounds,
      figures: Object.assign({}, ...Object.keys(sides).map((side) => figuresOf(turns, side)), {
        'until nothing is in transit': figure('s', [...drains, drainSeconds]),
      }),
      ratios: Object.fromEntries(
        inFlights.flatMap((inFlight) => [
          ...['learned', 'any', 'within'].map((kind) => [`${name(kind, inFlight)}, over one`, over(kind, inFlight)]),
          [
            `${name('learned', inFlight)}, until all has arrived, over one`,
            over('learned', inFlight, 'perSecondArrived'),
          ],
          [`${name('learned', inFlight)}, p99 over one’s`, over('learned', inFlight, 'p99')],
        ]),
      ),
      goals: Object.fromEntries(
        inFlights.map((inFlight) => [
          `${name('learned', inFlight)}, over one`,
          turns.goal(name('learned', inFlight), name('one', inFlight), '>=', 0.7),
        ]),
      ),
      failed: turns.failed,
      invariants,
    };
  });
}

function sideOf(ledger, generator, inFlight) {
  return {
    generator,
    loop: { inFlight },
    watch: ledger.pids,
    before: async () => {
      await ledger.shared();
      await ledger.written();
    },
    // What one turn leaves in transit would be delivered in the next one's time.
    after: async ({ completed, seconds }) => {
      const drained = ledger.shards === 1 ? 0 : ledger.drained();
      const [drainSeconds] = await Promise.all([drained, ledger.look()]);
      const { records, batches } = await ledger.written();
      return {
        drainSeconds,
        perSecondArrived: completed / (seconds + drainSeconds),
        recordsATransfer: records / completed,
        recordsABatch: records / batches,
      };
    },
  };
}

function figuresOf(turns, side) {
  return {
    ...turns.figures(side),
    [`${side}: records a transfer`]: figure('', turns.of(side, 'recordsATransfer')),
    [`${side}: records a batch`]: figure('', turns.of(side, 'recordsABatch')),
  };
}
