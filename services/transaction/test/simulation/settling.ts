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
export async function servingLeader<One extends Led>(
  world: World,
  leaders: () => readonly One[],
  accountId = 'system:cash',
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
 * What a leader has in memory, and can bring back, is what the journal tells. It may have records on their way still,
 * of holds that its sweeper expired: it is looked at until nothing happens meanwhile.
 */
export async function compare(world: World, truth: Truth, { name, ledger }: Led): Promise<void> {
  for (let tries = 0; tries < 20 && !world.violation; tries++) {
    const { state } = truth;
    const needs = { keys: [...state.answers.keys()], transactions: [...state.transactions.keys()] };
    const records = truth.durableAt.length;
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
    if (failed) return world.broken('a replay gives the same state', `${name}: ${failed}`);
    if (!found) return world.broken('everybody is served', `${name} does not bring back what it let go`);
    if (found.difference === undefined) return noHoldIsLate(world, truth, { name, ledger });
    await world.run(() => truth.durableAt.length > records, 3_000);
    if (truth.durableAt.length === records) {
      return world.broken('a replay gives the same state', `${name}: ${found.difference}`);
    }
  }
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
