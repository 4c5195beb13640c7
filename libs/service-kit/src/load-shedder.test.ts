import { LoadShedder } from './load-shedder.ts';

/** A shedder on a clock that stands where it is put. */
function shedder() {
  const clock = { ms: 0 };
  return { clock, load: new LoadShedder(() => clock.ms) };
}

/** How many calls with so much time it takes, one upon the other. */
function takenOf(load: LoadShedder, calls: number, remainingMs: number): number {
  let taken = 0;
  for (let call = 0; call < calls; call++) taken += Number(load.takes(remainingMs));
  return taken;
}

/** Answers so many calls a second for some seconds. */
function answer(load: LoadShedder, clock: { ms: number }, perSecond: number, seconds: number): void {
  for (let call = 0; call < perSecond * seconds; call++) {
    clock.ms += 1_000 / perSecond;
    load.takes(Number.POSITIVE_INFINITY);
    load.over(true);
  }
}

test('takes a burst of a thousand whatever its pace, and no more before some are over', () => {
  const { load } = shedder();
  expect(takenOf(load, 1_500, 5_000)).toBe(1_000);
  for (let call = 0; call < 10; call++) load.over(false);
  expect(takenOf(load, 1_500, 5_000)).toBe(10);
});

test('takes as many as it answers in half of the time that their callers have', () => {
  const { load, clock } = shedder();
  answer(load, clock, 2_000, 60);
  const taken = takenOf(load, 50_000, 4_000);
  expect(taken).toBeGreaterThan(3_900);
  expect(taken).toBeLessThan(4_100);
  // Who has more time may wait for more.
  expect(takenOf(load, 50_000, 8_000)).toBeGreaterThan(3_900);
  expect(load.takes(4_000)).toBe(false);
});

test('callers who gave up were not answered, and do not count for its pace', () => {
  const { load, clock } = shedder();
  answer(load, clock, 2_000, 60);
  for (let call = 0; call < 60_000; call++) {
    clock.ms += 1;
    load.takes(Number.POSITIVE_INFINITY);
    load.over(false);
  }
  expect(takenOf(load, 50_000, 4_000)).toBe(1_000);
});

test('a caller who waits for ever is never refused', () => {
  const { load } = shedder();
  expect(takenOf(load, 5_000, Number.POSITIVE_INFINITY)).toBe(5_000);
});
