import { eventually } from './eventually.ts';
import { FixedClock } from './fixed-clock.ts';
import { freePort } from './free-port.ts';
import { uniqueName } from './unique-name.ts';

test('eventually returns the first answer that does not throw', async () => {
  let calls = 0;
  const answer = await eventually(
    () => {
      calls += 1;
      if (calls < 3) throw new Error('not yet');
      return calls;
    },
    { everyMs: 1 },
  );
  expect(answer).toBe(3);
});

test('eventually throws the last error once the deadline has passed', async () => {
  const never = () => Promise.reject(new Error('still not'));
  await expect(eventually(never, { timeoutMs: 20, everyMs: 5 })).rejects.toThrow('still not');
});

test('a fixed clock moves only when told to', () => {
  const clock = new FixedClock('2026-01-01T00:00:00Z');
  clock.advance(1_500);
  expect(clock.now().toISOString()).toBe('2026-01-01T00:00:01.500Z');
});

test('names and ports are not handed out twice', async () => {
  expect(uniqueName('a')).not.toBe(uniqueName('a'));
  expect(await freePort()).toBeGreaterThan(1023);
});
