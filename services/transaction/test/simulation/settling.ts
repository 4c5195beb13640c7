import { isDeepStrictEqual } from 'node:util';
import { getBalance } from '../../src/application/get-balance.ts';
import type { Ledger } from '../../src/application/ledger.ts';
import type { LedgerView } from '../../src/domain/ledger-state.ts';
import type { Truth } from './truth.ts';
import type { World } from './world.ts';

/** A ledger and whose it is. */
type Led = Readonly<{ name: string; ledger: Ledger }>;

const everybodyIsServedWithinMs = 30_000;

/** Who answers a read. A leader that has written nothing yet may learn from it that another went on. */
async function servingLeader<One extends Led>(
  world: World,
  leaders: () => readonly One[],
  accountId: string,
): Promise<One | undefined> {
  const hasOne = () => leaders().length === 1;
  for (let tries = 0; tries < 100 && (await world.run(hasOne, everybodyIsServedWithinMs)); tries++) {
    const [leader] = leaders();
    if (!leader || world.violation) return leader;
    let isServing: boolean | undefined;
    const tell = (is: boolean) => {
      isServing = is;
    };
    const call = { deadline: Number.POSITIVE_INFINITY, traceparent: '' };
    getBalance(leader.ledger, accountId, call).then(
      (reply) => tell(reply.kind !== 'unserved'),
      () => tell(false),
    );
    await world.run(() => isServing !== undefined, everybodyIsServedWithinMs);
    if (isServing) return leader;
    await world.run(() => false, 200);
  }
  world.broken('everybody is served', 'nobody answers a read');
  return undefined;
}

/**
 * What the leader has in memory, and can bring back, is what the journal tells. It may have records on their way still, of
 * holds that its sweeper expired; and until it has written something, the one before may append once more, which it sees
 * when it is asked: it is looked at until nothing happens meanwhile. Answers who leads; nobody where a promise is broken.
 */
export async function compareLeader<One extends Led>(
  world: World,
  truth: Truth,
  leaders: () => readonly One[],
  accountId = 'system:cash',
): Promise<One | undefined> {
  for (let tries = 0; tries < 20 && !world.violation; tries++) {
    const records = truth.durableAt.length;
    const leader = await servingLeader(world, leaders, accountId);
    if (!leader || world.violation) return undefined;
    const found = await differenceAt(world, truth, leader);
    if (!found) return undefined;
    if (found.difference === undefined) {
      await noHoldIsLate(world, truth, leader);
      return leader;
    }
    await world.run(() => truth.durableAt.length > records, 3_000);
    if (truth.durableAt.length === records) {
      world.broken('a replay gives the same state', `${leader.name}: ${found.difference}`);
    }
  }
  return undefined;
}

/** Undefined: it does not say, and that is a promise broken. */
async function differenceAt(
  world: World,
  { state }: Truth,
  { name, ledger }: Led,
): Promise<{ difference: string | undefined } | undefined> {
  const needs = { keys: [...state.answers.keys()], transactions: [...state.transactions.keys()] };
  let found: { difference: string | undefined } | undefined;
  let failed = '';
  ledger
    .foresee(needs, (seen) => differenceOf(seen, state))
    .then(
      (difference) => {
        found = { difference };
      },
      (error: unknown) => {
        failed = String(error);
      },
    );
  await world.run(() => found !== undefined || failed !== '', 10_000);
  if (failed) world.broken('a replay gives the same state', `${name}: ${failed}`);
  else if (!found) world.broken('everybody is served', `${name} does not bring back what it let go`);
  return found;
}

/** By the leader's own clock, once its sweeper has looked. */
async function noHoldIsLate(world: World, truth: Truth, { name, ledger }: Led): Promise<void> {
  const late = () => truth.holds.lateAt(ledger.peek((_state, now) => now) ?? 0);
  await world.run(() => late() === undefined, 5_000);
  const transactionId = late();
  if (transactionId) world.broken('a hold ends in time', `${name} holds ${transactionId} after its end`);
}

function differenceOf(seen: LedgerView, expected: LedgerView): string | undefined {
  for (const name of ['accounts', 'transactions', 'answers'] as const) {
    if (seen[name].size > expected[name].size) return `there are ${seen[name].size} ${name}`;
    for (const [id, value] of expected[name]) {
      if (!isDeepStrictEqual(seen[name].get(id), value)) return `${name} ${id} differs`;
    }
  }
  if (seen.decidedAt !== expected.decidedAt) return 'decidedAt differs';
  if (!isDeepStrictEqual([...seen.openReservations].sort(), [...expected.openReservations].sort())) {
    return 'the open reservations differ';
  }
  if (seen.openHolds.size !== expected.openHolds.size) return 'the number of open holds differs';
  const isSame = isDeepStrictEqual(seen.openHolds.first(), expected.openHolds.first());
  return isSame ? undefined : 'the hold that expires first differs';
}
