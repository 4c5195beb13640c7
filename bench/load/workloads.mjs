// Who pays whom: pure, and the same for every system that is measured.

/** A small fast generator of numbers in [0, 1) (mulberry32): the same seed gives the same sequence everywhere. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The share of the transfers that goes to the one large merchant of the skewed workload: account 0. */
const SKEW = 0.7;

/** accounts: their number, at least two. Gives { from, to, cents } for ever; from and to are numbers of accounts. */
export function pairs({ workload, accounts, seed }) {
  const random = randomFrom(seed);
  const any = () => Math.floor(random() * accounts);
  const other = (taken) => (taken + 1 + Math.floor(random() * (accounts - 1))) % accounts;
  const uniform = () => {
    const from = any();
    return { from, to: other(from), cents: 1 + Math.floor(random() * 100) };
  };
  if (workload === 'uniform') return uniform;
  if (workload !== 'skewed') throw new Error(`no workload “${workload}”`);
  return () => (random() < SKEW ? { from: other(0), to: 0, cents: 1 + Math.floor(random() * 100) } : uniform());
}

/**
 * places: the shard of each account, by its number; at least two shards, of at least two accounts each. The share
 * `across` of the transfers goes to an account of another shard, the others stay within one.
 */
export function pairsOfShards({ places, across, seed }) {
  const random = randomFrom(seed);
  const accounts = places.map((_, account) => account);
  const at = (shard) => accounts.filter((account) => places[account] === shard);
  const beside = (shard) => accounts.filter((account) => places[account] !== shard);
  const shards = [...new Set(places)];
  const within = new Map(shards.map((shard) => [shard, at(shard)]));
  const elsewhere = new Map(shards.map((shard) => [shard, beside(shard)]));
  const oneOf = (some) => some[Math.floor(random() * some.length)];
  return () => {
    const from = oneOf(accounts);
    const some = (random() < across ? elsewhere : within).get(places[from]);
    let to = oneOf(some);
    while (to === from) to = oneOf(some);
    return { from, to, cents: 1 + Math.floor(random() * 100) };
  };
}

/** Shops are the first hundred accounts (at most a tenth), cards draw on the others. Gives { card, shop, cents }. */
export function purchases({ accounts, seed }) {
  const random = randomFrom(seed);
  const shops = Math.max(1, Math.min(100, Math.floor(accounts / 10)));
  return () => ({
    card: shops + Math.floor(random() * (accounts - shops)),
    shop: Math.floor(random() * shops),
    cents: 1 + Math.floor(random() * 100),
  });
}

export const accountId = (number) => `acc_${number}`;

/** Every account begins with this much at its disposal: nothing is refused for want of money. */
export const LIMIT_CENTS = 1_000_000_000;

/** The number of the card that draws on an account: 16 digits, as the stand-in for cards reads them back. */
export const cardNumber = (account) => `650516${String(account).padStart(10, '0')}`;
export const accountOfCard = (number) => Number(number.slice(6));
