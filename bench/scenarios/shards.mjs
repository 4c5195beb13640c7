import { shardOf } from '@ipe/transaction/domain/shard-of';
import { figure } from '../figures.mjs';
import { PartedLedger } from '../fixture/parted-ledger.mjs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { accountId } from '../load/workloads.mjs';
import { checkLedger, takeTurns } from './turns.mjs';

export const about = '4 shards on 2 replicas, a third of the transfers across shards, beside one shard';

const shards = 4;
const replicas = 2;
const third = 1 / 3;
const loop = { inFlight: 64 };
const one = '1 shard';
const any = '4 shards, any replica';
const leader = '4 shards, giver’s leader';
const within = '4 shards, none across';

/**
 * The parted ledger is measured in three ways: called as by a load balancer, called at the replica that leads the
 * account that gives, and so as well but without transfers across shards. The first decides the goal.
 */
export function run(options) {
  return withWorkbench(options, async (bench) => {
    const { accounts } = options;
    const whole = await PartedLedger.of(bench, { name: 'whole', shards: 1, replicas: 1 });
    const parted = await PartedLedger.of(bench, { name: 'parted', shards, replicas });
    const leaders = await parted.shared();
    for (const { addresses } of [whole, parted]) await bench.openAccounts(addresses[0], accounts);

    const places = Array.from({ length: accounts }, (_, account) => shardOf(accountId(account), shards));
    const uniform = { address: whole.addresses[0], workload: 'uniform', accounts };
    const everywhere = { addresses: parted.addresses, places, across: third };
    const led = { ...everywhere, leaders };
    const sides = {
      [one]: sideOf(whole, await bench.generator('transfer', uniform)),
      [any]: sideOf(parted, await bench.generator('shards', everywhere)),
      [leader]: sideOf(parted, await bench.generator('shards', led)),
      [within]: sideOf(parted, await bench.generator('shards', { ...led, across: 0 })),
    };
    const turns = await takeTurns(bench, sides);

    await parted.shared();
    const drainSeconds = await parted.drained();
    const between = (await parted.posted('between-shards')).reduce((sum, cents) => sum + cents, 0n);
    const invariants = { betweenShardsAnsweredAsZero: between === 0n };
    const files = { whole: turns.files[one], parted: [any, leader, within].flatMap((side) => turns.files[side]) };
    for (const [name, ledger] of Object.entries({ whole, parted })) {
      const books = bench.books(`${name}-`, ledger.shards);
      const found = await checkLedger(books, files[name], ledger.addresses[0], accounts);
      for (const [invariant, kept] of Object.entries(found.invariants)) invariants[`${name}: ${invariant}`] = kept;
      books.stop();
      ledger.close();
    }
    const drains = [any, leader].flatMap((side) => turns.of(side, 'drainSeconds'));
    return {
      settings: { ...bench.settings, shards, replicas, across: third, leadersChanged: parted.leadersChanged },
      rounds: turns.rounds,
      figures: Object.assign({}, ...Object.keys(sides).map((side) => figuresOf(turns, side)), {
        'until nothing is in transit': figure('s', [...drains, drainSeconds]),
      }),
      ratios: {
        'any replica over one shard': turns.ratio(any, one),
        'any replica over one shard, until all has arrived': turns.ratio(any, one, 'perSecondArrived'),
        'giver’s leader over one shard': turns.ratio(leader, one),
        'none across over one shard': turns.ratio(within, one),
        'p99, any replica over one shard': turns.ratio(any, one, 'p99'),
      },
      goals: { 'any replica over one shard': turns.goal(any, one, '>=', 0.7) },
      failed: turns.failed,
      invariants,
    };
  });
}

function sideOf(ledger, generator) {
  return {
    generator,
    loop,
    watch: ledger.pids,
    before: async () => {
      const leaders = await ledger.shared();
      if (generator.settings.leaders) generator.settings.leaders = leaders;
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
