import type { Sha256 } from '../../domain/entry.ts';
import type { Difference } from '../../domain/verification/audit.ts';
import { firstOf } from '../../domain/verification/audit.ts';
import type { Journal, JournalCodec } from '../ports.ts';
import type { JournalAudit } from './audit-journal.ts';
import type { AuditDesk } from './ports.ts';
import { checkKeys, checkStates, factHash, type HashedDifference, keyName } from './spilled-facts.ts';

export type SpilledCheck = Readonly<{ keys: number; transactions: number; difference?: Difference | undefined }>;

type Parts = Readonly<{ journal: Journal; codec: JournalCodec; sha256: Sha256; desk: AuditDesk }>;

/**
 * Looks through what the walk set aside: keys are unique, each transaction's states are numbered from 1 without a gap
 * and hold what their entries say, and what an account holds is the sum of its open holds. Answers what lies first.
 */
export async function checkSpilled(audit: JournalAudit, parts: Parts): Promise<SpilledCheck> {
  let keys = 0;
  let transactions = 0;
  let first: HashedDifference | undefined;
  const found = (wrong: HashedDifference | undefined) => {
    if (wrong && firstOf(first?.difference, wrong.difference) === wrong.difference) first = wrong;
  };
  for await (const part of parts.desk.keys.parts()) {
    const checked = checkKeys(part, audit.shard);
    keys += checked.keys;
    found(checked.wrong);
  }
  const holds = new Map<number, bigint>();
  const addHold = (account: number, amount: bigint) => holds.set(account, (holds.get(account) ?? 0n) + amount);
  for await (const part of parts.desk.states.parts()) {
    const checked = checkStates(part, audit.shard, addHold);
    transactions += checked.transactions;
    found(checked.wrong);
  }
  if (first) return { keys, transactions, difference: await named(first, parts) };
  return { keys, transactions, difference: checkHeld(audit, holds) };
}

function checkHeld(audit: JournalAudit, holds: ReadonlyMap<number, bigint>): Difference | undefined {
  let difference: Difference | undefined;
  for (const [number, account] of audit.accountIds.entries()) {
    const head = audit.position.audit.accounts.get(account);
    const expected = holds.get(number) ?? 0n;
    if (!head || head.held === expected) continue;
    const { batch, record } = head;
    const found = `${head.held}`;
    const held = {
      shard: audit.shard,
      batch,
      record,
      account,
      field: 'held',
      expected: `${expected} (its open holds)`,
      found,
    };
    difference = firstOf(difference, held);
  }
  return difference;
}

/** The finding with the names of what it is about, read from the journal again. */
async function named({ difference, hash }: HashedDifference, { journal, codec, sha256 }: Parts): Promise<Difference> {
  const stored = await journal.readOne(difference.shard, difference.batch);
  const record = stored && codec.decodeRecord(stored, difference.record ?? 0);
  if (!record) return difference;
  const { idempotency, change } = record;
  const transactions = change.kind === 'transaction' ? change.transactions : [];
  const about = transactions.find(({ transactionId }) => factHash(transactionId, sha256) === hash);
  if (about) return { ...difference, transaction: about.transactionId };
  const scope = change.kind === 'cancelled' ? { caller: change.caller, key: change.authorizationKey } : idempotency;
  return { ...difference, found: scope ? `${keyName(scope)}, used before` : difference.found };
}
