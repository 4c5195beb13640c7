import { placeOf } from '@ipe/ledger/transaction-id';
import type { Sha256 } from '../../domain/entry.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import type { Difference, RecordPlace } from '../../domain/verification/audit.ts';

// What must be unique or consecutive over the whole journal, and is too much to keep in memory: small facts of a fixed
// size, each beginning with 16 bytes of a hash, set aside in partitions by that hash and looked through at the end.

/** hash 16, kind 1, batch 6, record 2. */
export const keyFactBytes = 25;
/** hash 16, version 4, held 8, what its entries add to held 8, account 4, batch 6, record 2. */
export const stateFactBytes = 48;

const hashBytes = 16;
const nobody = 2 ** 32 - 1;
const written = 1;
const calledOff = 2;

/** The idempotency keys that a record answers: none, one, or the one of an authorisation called off before it came. */
export function keyFact({ idempotency, change }: LedgerRecord, place: RecordPlace, sha256: Sha256): Buffer | undefined {
  const kind = change.kind === 'cancelled' ? calledOff : written;
  const scope = change.kind === 'cancelled' ? { caller: change.caller, key: change.authorizationKey } : idempotency;
  if (!scope) return undefined;
  const fact = newFact(keyFactBytes, keyName(scope), sha256);
  fact.writeUInt8(kind, hashBytes);
  writePlace(fact, hashBytes + 1, place);
  return fact;
}

/**
 * The states that a record tells of transactions. accountNumber: the number under which the audit knows the account
 * that holds. A transaction of another shard has its states there, and none here.
 */
export function stateFacts(
  { change }: LedgerRecord,
  place: RecordPlace,
  sha256: Sha256,
  accountNumber: (accountId: string) => number | undefined,
): Buffer[] {
  if (change.kind !== 'transaction') return [];
  const own = change.transactions.filter(({ transactionId }) => placeOf(transactionId)?.shard === place.shard);
  return own.map(({ transactionId, version, held, debitAccountId }) => {
    const adds = change.entries.reduce(
      (sum, entry) => (entry.transactionId === transactionId ? sum + entry.heldDelta : sum),
      0n,
    );
    const fact = newFact(stateFactBytes, transactionId, sha256);
    fact.writeUInt32LE(version, 16);
    fact.writeBigInt64LE(held, 20);
    fact.writeBigInt64LE(adds, 28);
    // A purchase that was declined may name an account that there is none of: it holds nothing.
    fact.writeUInt32LE(accountNumber(debitAccountId) ?? nobody, 36);
    writePlace(fact, 40, place);
    return fact;
  });
}

/** What is wrong, and the hash of the key or transaction that it is about: the fact itself does not hold its name. */
export type HashedDifference = Readonly<{ difference: Difference; hash: string }>;

/** The first 16 bytes of a hash, as a fact begins with them. */
export function factHash(name: string, sha256: Sha256): string {
  return sha256(name).slice(0, 2 * hashBytes);
}

/** How a key is named in its fact. */
export function keyName({ caller, key }: { caller: string; key: string }): string {
  return `${caller} ${key}`;
}

/** All key facts of some hashes, in the journal's order. A key answers once; calling off may come before, once. */
export function checkKeys(facts: Buffer, shard: number): { keys: number; wrong?: HashedDifference } {
  const seen = new Map<string, number>();
  for (let at = 0; at < facts.length; at += keyFactBytes) {
    const hash = facts.toString('latin1', at, at + hashBytes);
    const kind = facts.readUInt8(at + hashBytes);
    const before = seen.get(hash) ?? 0;
    if (before === written || before === kind) {
      const place = readPlace(facts, at + hashBytes + 1, shard);
      const expected = 'a key that no record before it has';
      const difference = { ...place, field: 'idempotency key', expected, found: 'one used before' };
      return { keys: seen.size, wrong: { difference, hash: facts.toString('hex', at, at + hashBytes) } };
    }
    seen.set(hash, kind);
  }
  return { keys: seen.size };
}

/** All state facts of some hashes, in the journal's order; holds still open are told by `hold`. */
export function checkStates(
  facts: Buffer,
  shard: number,
  hold: (accountNumber: number, amount: bigint) => void,
): { transactions: number; wrong?: HashedDifference } {
  const last = new Map<string, { version: number; held: bigint; account: number }>();
  for (let at = 0; at < facts.length; at += stateFactBytes) {
    const hash = facts.toString('latin1', at, at + hashBytes);
    const before = last.get(hash) ?? { version: 0, held: 0n };
    const state = {
      version: facts.readUInt32LE(at + 16),
      held: facts.readBigInt64LE(at + 20),
      account: facts.readUInt32LE(at + 36),
    };
    const held = before.held + facts.readBigInt64LE(at + 28);
    const wrong =
      state.version !== before.version + 1
        ? { field: 'version', expected: `${before.version + 1}`, found: `${state.version}` }
        : state.held !== held
          ? { field: 'held of the transaction', expected: `${held}`, found: `${state.held}` }
          : undefined;
    if (wrong) {
      const difference = { ...readPlace(facts, at + 40, shard), ...wrong };
      return { transactions: last.size, wrong: { difference, hash: facts.toString('hex', at, at + hashBytes) } };
    }
    last.set(hash, state);
  }
  for (const { account, held } of last.values()) if (held !== 0n) hold(account, held);
  return { transactions: last.size };
}

function newFact(bytes: number, about: string, sha256: Sha256): Buffer {
  const fact = Buffer.alloc(bytes);
  fact.write(sha256(about), 0, hashBytes, 'hex');
  return fact;
}

function writePlace(fact: Buffer, at: number, { batch, record }: RecordPlace): void {
  fact.writeUIntLE(batch, at, 6);
  fact.writeUInt16LE(record, at + 6);
}

function readPlace(facts: Buffer, at: number, shard: number): RecordPlace {
  return { shard, batch: facts.readUIntLE(at, 6), record: facts.readUInt16LE(at + 6) };
}
