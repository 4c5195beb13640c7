import { countTry, lockedForMs, type SignInAttempts } from './sign-in-attempts.ts';

const start = new Date('2026-11-21T12:00:00Z');
const minutes = (count: number): Date => new Date(start.getTime() + count * 60_000);

function tries(count: number, at: Date, before?: SignInAttempts): SignInAttempts | undefined {
  let attempts = before;
  for (let n = 0; n < count; n += 1) attempts = countTry(attempts, at);
  return attempts;
}

test('four failed tries lock nothing', () => {
  expect(lockedForMs(tries(4, start), start)).toBe(0);
});

test('the fifth failed try locks for 15 minutes', () => {
  const attempts = tries(5, start);
  expect(lockedForMs(attempts, start)).toBe(15 * 60_000);
  expect(lockedForMs(attempts, minutes(14))).toBe(60_000);
  expect(lockedForMs(attempts, minutes(15))).toBe(0);
});

test('after a lock five more tries are open, and the next lock is twice as long', () => {
  const first = tries(5, start);
  const second = tries(4, minutes(16), first);
  expect(lockedForMs(second, minutes(16))).toBe(0);
  expect(lockedForMs(tries(1, minutes(16), second), minutes(16))).toBe(30 * 60_000);
});

test('no lock is longer than a day', () => {
  expect(lockedForMs(tries(500, start), start)).toBe(24 * 3_600_000);
});

test('a day after the last try or the end of the lock, the tries are forgotten', () => {
  const nextDay = minutes(24 * 60);
  expect(countTry(tries(4, start), nextDay)).toMatchObject({ failures: 1, lockedUntil: undefined });
  expect(countTry(tries(5, start), nextDay)).toMatchObject({ failures: 6 });
  expect(countTry(tries(5, start), minutes(24 * 60 + 15))).toMatchObject({ failures: 1 });
});

test('an account without tries is not locked', () => {
  expect(lockedForMs(undefined, start)).toBe(0);
});
