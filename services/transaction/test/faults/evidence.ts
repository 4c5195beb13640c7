import { setTimeout as wait } from 'node:timers/promises';
import { type Transaction, TransactionStatus } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import type { Client, Fate } from './client.ts';
import { type Load, sumOf } from './load.ts';
import type { ToldEvents } from './told-events.ts';

type Acknowledged = Extract<Fate, { kind: 'acknowledged' }>;

const inParallel = 32;
const eventsWithinMs = 90_000;
const reservedWithinMs = 30_000;
/** What the bank does on its own account to move money between shards. */
const ownKinds = new Set(['RESERVATION', 'BETWEEN_SHARDS']);

/** Compares what the bank says with what its callers were told. Answers every difference; none is right. */
export async function differences(client: Client, load: Load, told: ToldEvents): Promise<string[]> {
  const fates = await mapInParallel(load.fates, (fate) => client.settleRefusal(fate));
  await load.untilArrived();
  await untilTold(load, told);
  const unresolved = fates.filter(({ kind }) => kind === 'never answered');
  const acknowledged = fates.filter((fate) => fate.kind === 'acknowledged');
  const found = [
    ...load.wrongReadings,
    ...unresolved.map(({ movement }) => `${movement.key} was never answered`),
    ...(await mapInParallel(acknowledged, (fate) => client.differenceWhenRepeated(fate))),
    ...(await lastingDifferences(() => balanceDifferences(client, load, acknowledged, told.expired))),
    ...(await toldDifferences(load, told, fates)),
  ];
  return found.filter((difference) => difference !== undefined);
}

/** What another shard set aside for an attempt that died is freed only once its home was asked. */
async function lastingDifferences(look: () => Promise<string[]>): Promise<string[]> {
  for (const until = performance.now() + reservedWithinMs; ; await wait(2_000)) {
    const found = await look();
    if (found.length === 0 || performance.now() > until) return found;
  }
}

/** Every account has what the acknowledged movements gave it, and holds what its open holds hold. */
async function balanceDifferences(
  client: Client,
  load: Load,
  acknowledged: readonly Acknowledged[],
  expired: ReadonlySet<string>,
) {
  const found: string[] = [];
  const posted = sums(acknowledged.flatMap(({ movement }) => movement.effects));
  const holds = await holdsNow(client, acknowledged);
  const about = Map.groupBy(acknowledged, ({ movement }) => movement.about);
  for (const now of holds) {
    const { transactionId } = now;
    found.push(...holdDifferences(now, about.get(transactionId) ?? [], expired.has(transactionId)));
  }
  const held = sums(holds.map(({ debitAccountId, heldCents }) => ({ accountId: debitAccountId, amount: heldCents })));
  const balances = await load.balances();
  for (const { accountId, postedCents, heldCents } of balances) {
    const [expected, expectedHeld] = [posted.get(accountId) ?? 0n, held.get(accountId) ?? 0n];
    if (postedCents !== expected) found.push(`${accountId} has ${postedCents}, and was given ${expected}`);
    if (heldCents !== expectedHeld) found.push(`${accountId} holds ${heldCents}, its open holds ${expectedHeld}`);
  }
  const total = sumOf(balances);
  if (total !== 0n) found.push(`all balances sum to ${total}`);
  return found;
}

async function holdsNow(client: Client, acknowledged: readonly Acknowledged[]) {
  const holds = acknowledged.filter(({ movement: { kind } }) => kind === 'hold' || kind === 'purchase');
  return mapInParallel(holds, async ({ transaction: { transactionId } }) => {
    const answer = await client.untilAnswered((replica) =>
      call(replica, replica.getTransaction, { transactionId }, 2_500),
    );
    if (!answer.transaction) throw new Error(`${transactionId}: an answer without a transaction`);
    return answer.transaction;
  });
}

function holdDifferences(now: Transaction, since: readonly Acknowledged[], hasExpired: boolean): string[] {
  const found: string[] = [];
  const captured = since
    .flatMap(({ movement }) => movement.effects)
    .reduce((sum, { amount }) => (amount > 0n ? sum + amount : sum), 0n);
  if (now.capturedCents !== captured) {
    found.push(`hold ${now.transactionId} has captured ${now.capturedCents}, acknowledged was ${captured}`);
  }
  const isDeclined = now.status === TransactionStatus.TRANSACTION_STATUS_DECLINED;
  const isOver = isDeclined || hasExpired || since.some(({ movement }) => movement.endsHold);
  const expected = isOver ? 0n : now.amountCents - captured;
  if (now.heldCents !== expected) {
    found.push(`hold ${now.transactionId} still holds ${now.heldCents}, and should hold ${expected}`);
  }
  return found;
}

/** Waits until every entry is told, or patience has an end. */
async function untilTold(load: Load, told: ToldEvents): Promise<void> {
  const balances = await load.balances();
  const isTold = () => balances.every(({ accountId, sequence }) => told.countOf(accountId) >= Number(sequence));
  for (const until = performance.now() + eventsWithinMs; !isTold() && performance.now() < until; ) await wait(100);
  // What is told together lies on two topics, and is read from one after the other.
  await wait(1_000);
}

/** Every entry and every state is told, and of each key one transaction. */
async function toldDifferences(load: Load, told: ToldEvents, fates: readonly Fate[]): Promise<string[]> {
  const found: string[] = [];
  for (const { accountId, sequence } of await load.balances()) {
    const count = told.countOf(accountId);
    if (BigInt(count) !== sequence) found.push(`of ${accountId} ${count} entries are told, and there are ${sequence}`);
  }
  return [...found, ...keyDifferences(told, fates), ...told.differences];
}

function keyDifferences(told: ToldEvents, fates: readonly Fate[]): string[] {
  const found: string[] = [];
  const idsOfKey = new Map<string, string[]>();
  for (const [transactionId, [first]] of told.transactions) {
    if (first && ownKinds.has(first.kind)) continue;
    const key = first?.orderId || first?.description || '';
    idsOfKey.set(key, [...(idsOfKey.get(key) ?? []), transactionId]);
  }
  for (const fate of fates) {
    const { key, about } = fate.movement;
    // A capture or a void is a state of its hold.
    if (about !== undefined && fate.movement.kind !== 'reversal') continue;
    const ids = idsOfKey.get(key) ?? [];
    idsOfKey.delete(key);
    const expected = fate.kind === 'acknowledged' ? [fate.transaction.transactionId] : [];
    if (ids.join() !== expected.join()) {
      found.push(`${key} was ${fate.kind} as ${expected.join() || 'nothing'}, and told as ${ids.join() || 'nothing'}`);
    }
  }
  for (const [key, ids] of idsOfKey) found.push(`nobody asked for ${ids.join()} under ${key}`);
  return found;
}

function sums(effects: ReadonlyArray<{ accountId: string; amount: bigint }>): Map<string, bigint> {
  const all = new Map<string, bigint>();
  for (const { accountId, amount } of effects) all.set(accountId, (all.get(accountId) ?? 0n) + amount);
  return all;
}

async function mapInParallel<Value, Result>(values: readonly Value[], work: (value: Value) => Promise<Result>) {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < values.length; at = next++) results[at] = await work(values[at] as Value);
  };
  await Promise.all(Array.from({ length: inParallel }, worker));
  return results;
}
