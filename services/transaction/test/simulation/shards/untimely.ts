import type { Edit } from '../mutation.ts';

// The service's own times are such that most races are hardly ever seen. No promise hangs on them: with others all must
// hold as well, and whatever breaks one is caught sooner.

const shards = 'src/application/shards';

/** While the transaction that they are for is on its way yet. */
export const reservationsAreAskedAboutAtOnce: readonly Edit[] = [
  { file: `${shards}/resolve-reservations.ts`, find: 'const afterMs = 10_000;', replace: 'const afterMs = 0;' },
  { file: `${shards}/resolve-reservations.ts`, find: 'const everyMs = 2_000;', replace: 'const everyMs = 40;' },
];

/** Whatever else is about a reservation comes before the delivery that ends it. */
export const deliveriesTakeLong: readonly Edit[] = [
  {
    file: `${shards}/courier.ts`,
    find: 'const deliver = async (delivery: Delivery) => {',
    replace: 'const deliver = async (delivery: Delivery) => {\n    await parts.scheduler.wait(4_000);',
  },
];

/** What became of a batch is not known then, and its callers are told so. */
const leadersGiveUpAtOnce: readonly Edit[] = [
  { file: 'src/application/commit-loop.ts', find: 'broken = true;', replace: 'broken = true; this.giveUp();' },
  // Who gives up at once does not put back what the store has lost.
  { file: 'test/simulation/nemesis.ts', find: 'this.held.filter(isHeld)', replace: 'this.held.filter(() => false)' },
];

/** Whether a transaction has named its reservations is not known to who made them, and whoever asks must ask again. */
export const answersAreLost: readonly Edit[] = [
  {
    file: `${shards}/sharded-ledger.ts`,
    find: 'return { reply, lacking };',
    replace: "return { reply: reservations.length > 0 ? unserved('not_leading') : reply, lacking };",
  },
];

export const untimely: readonly Edit[] = [
  ...reservationsAreAskedAboutAtOnce,
  ...deliveriesTakeLong,
  ...leadersGiveUpAtOnce,
];
