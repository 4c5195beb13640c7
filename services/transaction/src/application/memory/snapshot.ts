import type { Account, Instant } from '../../domain/account.ts';
import { trackHold } from '../../domain/apply.ts';
import { emptyLedger, type LedgerState } from '../../domain/ledger-state.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { StoredObject } from './checkpoint.ts';
import { type ObjectParts, ObjectWriter, readObject } from './chunked-object.ts';
import type { SnapshotCodec, StatePart } from './ports.ts';
import type { WorkShare } from './work-share.ts';

const accountsPerChunk = 1_024;
const idsPerChunk = 4_096;
const comparedPerTurn = 16_384;
const transactionsPerChunk = 512;
/** Some hundred bytes each, but one may have fifty lines and some thousand bytes of metadata; an item holds 400 KB. */
const chunkBytes = 300_000;

/**
 * What has to outlast a restart: accounts, in the order in which they were opened, and open holds. All else is found
 * through the index.
 */
export type Snapshot = Readonly<{ accounts: readonly Account[]; transactions: readonly Transaction[] }>;

/** The state as it is now. Its values never change, so references are enough: a million take some 20 ms. */
export function snapshotOf(state: LedgerState): Snapshot {
  const transactions: Transaction[] = [];
  for (const transaction of state.transactions.values()) if (transaction.held > 0n) transactions.push(transaction);
  return { accounts: [...state.accounts.values()], transactions };
}

export const emptySnapshot: Snapshot = { accounts: [], transactions: [] };
const nothing: StatePart = { ...emptySnapshot, ended: [] };

/** What a later snapshot has otherwise. Values are replaced and never changed in place: the same object is the same. */
export async function changesBetween(before: Snapshot, after: Snapshot, share: WorkShare): Promise<StatePart> {
  const accounts: Account[] = [];
  for (const [place, account] of after.accounts.entries()) {
    if (account !== before.accounts[place]) accounts.push(account);
    if (place % comparedPerTurn === 0) await share.turn();
  }
  const known = new Set(before.transactions);
  await share.turn();
  const transactions = after.transactions.filter((transaction) => !known.has(transaction));
  await share.turn();
  const open = new Set(after.transactions.map(({ transactionId }) => transactionId));
  const ended = before.transactions.flatMap(({ transactionId: id }) => (open.has(id) ? [] : [id]));
  return { accounts, transactions, ended };
}

/** As an object of its own: changes, or a whole snapshot, which are those since there was nothing. */
export async function writeSnapshot(
  { accounts, transactions, ended }: StatePart,
  codec: SnapshotCodec,
  parts: ObjectParts,
  share: WorkShare,
): Promise<StoredObject> {
  const object = await ObjectWriter.begin(parts, share);
  for (let from = 0; from < accounts.length; from += accountsPerChunk) {
    await object.put(codec.encodePart({ ...nothing, accounts: accounts.slice(from, from + accountsPerChunk) }));
  }
  for (let from = 0; from < transactions.length; from += transactionsPerChunk) {
    const some = transactions.slice(from, from + transactionsPerChunk);
    for (const chunk of transactionChunks(some, codec)) await object.put(chunk);
  }
  for (let from = 0; from < ended.length; from += idsPerChunk) {
    await object.put(codec.encodePart({ ...nothing, ended: ended.slice(from, from + idsPerChunk) }));
  }
  return object.finish();
}

/** Halved until each fits into a chunk. */
function* transactionChunks(transactions: readonly Transaction[], codec: SnapshotCodec): Generator<Uint8Array> {
  const bytes = codec.encodePart({ ...nothing, transactions });
  if (bytes.length <= chunkBytes || transactions.length === 1) return yield bytes;
  const half = Math.ceil(transactions.length / 2);
  yield* transactionChunks(transactions.slice(0, half), codec);
  yield* transactionChunks(transactions.slice(half), codec);
}

/** The state as its parts tell it: a snapshot as a whole, and the changes since, oldest first. */
export async function readSnapshot(
  objects: readonly StoredObject[],
  decidedAt: Instant,
  codec: SnapshotCodec,
  parts: ObjectParts,
): Promise<LedgerState> {
  const state = emptyLedger();
  const open = new Map<string, Transaction>();
  for (const object of objects) {
    for await (const chunk of readObject(parts, object)) {
      const { accounts, transactions, ended } = codec.decodePart(chunk);
      for (const account of accounts) state.accounts.set(account.accountId, account);
      for (const transaction of transactions) open.set(transaction.transactionId, transaction);
      for (const id of ended) open.delete(id);
    }
  }
  for (const transaction of open.values()) restoreHold(state, transaction);
  state.decidedAt = decidedAt;
  return state;
}

function restoreHold(state: LedgerState, transaction: Transaction): void {
  trackHold(state, transaction);
  state.transactions.set(transaction.transactionId, transaction);
}
