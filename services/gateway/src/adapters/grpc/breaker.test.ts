import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { Breaker } from './breaker.ts';

const refusal = (code: status, reason: string) => new GrpcRefusal({ code, reason, message: reason });
const unreached = refusal(status.UNAVAILABLE, 'unavailable');
const late = refusal(status.DEADLINE_EXCEEDED, 'deadline_exceeded');

/** A service that fails as told; counts how often it was asked. */
function service(...failures: (GrpcRefusal | undefined)[]) {
  const asked: number[] = [];
  const attempt = async (remainingMs: number): Promise<string> => {
    asked.push(remainingMs);
    const failure = failures.length > 1 ? failures.shift() : failures[0];
    if (failure) throw failure;
    return 'answer';
  };
  return { asked, attempt };
}

const breaker = () => new Breaker('cards', { failures: 2, resetMs: 200 });

test('a service that was not reached is asked three times at most, within one deadline', async () => {
  const { asked, attempt } = service(unreached);
  await expect(breaker().run(2_000, attempt)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'cards_unavailable',
  });
  expect(asked).toHaveLength(3);
  expect(asked[2]).toBeLessThan(asked[0] ?? 0);
});

test('a late answer is not asked for again', async () => {
  const { asked, attempt } = service(late);
  await expect(breaker().run(2_000, attempt)).rejects.toMatchObject({ reason: 'cards_unavailable', retryAfterMs: 200 });
  expect(asked).toHaveLength(1);
});

test('opens after failures in a row, refuses without asking, and closes again after one good call', async () => {
  const { asked, attempt } = service(late, late, undefined);
  const guard = breaker();
  await expect(guard.run(1_000, attempt)).rejects.toThrow();
  await expect(guard.run(1_000, attempt)).rejects.toThrow();
  const refused = await guard.run(1_000, attempt).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: status.UNAVAILABLE, reason: 'cards_unavailable' });
  expect((refused as GrpcRefusal).retryAfterMs).toBeLessThanOrEqual(200);
  expect(asked).toHaveLength(2);
  await wait(250);
  await expect(guard.run(1_000, attempt)).resolves.toBe('answer');
  await expect(guard.run(1_000, attempt)).resolves.toBe('answer');
});

test('a good call between failures keeps it closed', async () => {
  const { attempt } = service(late, undefined, late, undefined);
  const guard = breaker();
  for (const expected of ['late', 'answer', 'late', 'answer']) {
    const told = await guard.run(1_000, attempt).catch(() => 'late');
    expect(told).toBe(expected);
  }
});

test.each([
  refusal(status.NOT_FOUND, 'card_not_found'),
  refusal(status.FAILED_PRECONDITION, 'card_cancelled'),
  refusal(status.UNAVAILABLE, 'account_unavailable'),
  refusal(status.INTERNAL, 'internal'),
])('$reason is an answer: passed on as it is, asked once, and never opens', async (answer) => {
  const { asked, attempt } = service(answer);
  const guard = breaker();
  for (let call = 0; call < 5; call += 1) await expect(guard.run(1_000, attempt)).rejects.toBe(answer);
  expect(asked).toHaveLength(5);
});
