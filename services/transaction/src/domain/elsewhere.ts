import { cents } from '@ipe/money/cents';
import { largestBalance } from './account.ts';
import type { Elsewhere } from './foreign-account.ts';
import { Layer } from './layer.ts';
import type { LedgerView } from './ledger-state.ts';
import type { Posting } from './posting-templates.ts';
import type { Remittance } from './remittance.ts';
import { transitAccountId } from './transit-accounts.ts';

// A decision is made at one shard: where the money comes from. What it must know of other shards is asked there
// before, and may be old by a moment. So nothing that matters hangs on it: money that is taken elsewhere is reserved
// first, and money that is brought is taken in there whatever has happened meanwhile.

/** The state with accounts of other shards beside its own. */
export function withElsewhere(state: LedgerView, elsewhere: Elsewhere): LedgerView {
  const accounts = new Layer(state.accounts);
  for (const [accountId, { account }] of elsewhere.accounts) accounts.set(accountId, account);
  return { ...state, accounts, elsewhere };
}

/** Whether a transaction is known, here or elsewhere. */
export function isKnown({ transactions, elsewhere }: LedgerView, transactionId: string): boolean {
  return transactions.has(transactionId) || elsewhere?.transactionIds.has(transactionId) === true;
}

/**
 * Parts postings into those of accounts here and what is remitted elsewhere. What goes to another shard is in transit
 * here until it is delivered there, so that the entries of each shard sum to zero on their own.
 */
export function remit(
  { home, accounts }: Elsewhere,
  postings: readonly Posting[],
): { here: readonly Posting[]; remittances: readonly Remittance[] } {
  const foreign = postings.flatMap((posting) => {
    const account = accounts.get(posting.accountId);
    return account ? [{ posting, ...account }] : [];
  });
  const here = postings.filter(({ accountId }) => !accounts.has(accountId));
  const remittances = [...Map.groupBy(foreign, ({ shard }) => shard)].map(([shard, some]): Remittance => {
    for (const [currency, lines] of Map.groupBy(some, ({ account }) => account.currency)) {
      const posted = lines.reduce((sum, { posting }) => sum + posting.posted, 0n);
      const [first, ...others] = lines;
      if (posted === 0n || !first) continue;
      here.push({
        accountId: transitAccountId('in-transit', currency, home),
        counterpartyAccountId: others.length === 0 ? first.account.accountId : '',
        kind: first.posting.kind,
        posted: cents(posted),
        held: cents(0n),
      });
    }
    return {
      shard,
      postings: some.map(({ posting: { accountId, counterpartyAccountId, kind, posted }, account: { currency } }) => ({
        accountId,
        counterpartyAccountId,
        kind,
        posted,
        currency,
      })),
      reservationIds: [...new Set(some.map(({ reservationId }) => reservationId).filter((id) => id !== ''))],
    };
  });
  return { here, remittances };
}

/** What must be set aside at other shards before this may be decided: more than is reserved is taken there. */
export function unreserved(elsewhere: Elsewhere, remittances: readonly Remittance[]): ReadonlyMap<string, bigint> {
  const taken = new Map<string, bigint>();
  for (const { postings } of remittances) {
    for (const { accountId, posted } of postings) taken.set(accountId, (taken.get(accountId) ?? 0n) - posted);
  }
  for (const [accountId, amount] of taken) {
    const foreign = elsewhere.accounts.get(accountId);
    const reserved = foreign && foreign.reservationId !== '' ? foreign.account.posted : 0n;
    if (amount <= reserved) taken.delete(accountId);
  }
  return taken;
}

/**
 * The home's account by which more would be owed between it and all other shards than half of its part of the largest
 * balance, and not less than before; undefined: all of it fits. So what all others may bring to a shard fits into one
 * balance there, where a delivery cannot be refused. The other half is room for what only passes through.
 */
export function fullTransitAccount(
  { accounts }: LedgerView,
  { home }: Elsewhere,
  remittances: readonly Remittance[],
  shards: number,
): string | undefined {
  const lines = remittances.flatMap(({ postings }) => postings);
  for (const [currency, some] of Map.groupBy(lines, (line) => line.currency)) {
    const inTransit = transitAccountId('in-transit', currency, home);
    const betweenShards = transitAccountId('between-shards', currency, home);
    const owed = (accounts.get(inTransit)?.posted ?? 0n) + (accounts.get(betweenShards)?.posted ?? 0n);
    const after = magnitude(some.reduce((sum, { posted }) => sum + posted, owed));
    if (after > largestBalance / BigInt(2 * shards) && after > magnitude(owed)) return inTransit;
  }
  return undefined;
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
