import { closedLoop, dueAt, dueBy, openLoop } from '../../bench/load/loops.mjs';

/** A clock that moves only while it is waited for, after everything at hand is done. */
class HandClock {
  time = 0;
  readonly now = () => this.time;
  readonly wait = async (ms: number) => {
    await new Promise((resolve) => setImmediate(resolve));
    this.time += Math.max(ms, 0.1);
  };
}

test('at a rate of 100/s an operation is due every 10 ms, the first at once', () => {
  expect(dueAt(3, 100)).toBe(30);
  expect([0, 9.9, 10, 29.9, 30].map((elapsed) => dueBy(elapsed, 100))).toEqual([1, 1, 2, 3, 4]);
});

test('an open loop offers what its rate says, whatever the answers do', async () => {
  const clock = new HandClock();
  const begun: number[] = [];
  const { offered, completed } = await openLoop({
    now: clock.now,
    wait: clock.wait,
    rate: 100,
    seconds: 1,
    operate: async () => void begun.push(clock.time),
  });
  expect([offered, completed, begun.length]).toEqual([100, 100, 100]);
  expect(begun.at(-1)).toBeCloseTo(990, 0);
});

test('a stall counts for everything that came due meanwhile, as long as each of it waited', async () => {
  const clock = new HandClock();
  let stalled = false;
  // The tenth wait lasts 500 ms: the generator, or what it shares its thread with, stands still.
  const wait = async (ms: number) => {
    const stalls = !stalled && clock.time >= 90;
    stalled ||= stalls;
    await clock.wait(stalls ? 500 : ms);
  };
  const { latencies, completed } = await openLoop({
    now: clock.now,
    wait,
    rate: 100,
    seconds: 1,
    operate: async () => undefined,
  });
  expect(completed).toBe(100);
  const late = [...latencies].filter((ms) => ms > 1);
  expect(late.length).toBeGreaterThanOrEqual(48);
  expect(Math.max(...latencies)).toBeGreaterThan(480);
  // From the first that was late to the last, each ten milliseconds less.
  expect(late.slice(0, 3).map((ms) => Math.round(ms / 10))).toEqual([49, 48, 47]);
});

test('a closed loop has never more in flight than it may, and does as many as it was told', async () => {
  let inFlight = 0;
  let most = 0;
  const operate = async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await Promise.resolve();
    inFlight -= 1;
  };
  const { completed } = await closedLoop({ operate, inFlight: 16, count: 1_000 });
  expect([completed, most]).toEqual([1_000, 16]);
});

test('failures are counted apart by their code, and have no latency', async () => {
  const operate = async (n: number) => {
    if (n % 4 === 0) throw Object.assign(new Error('no'), { code: 14 });
    return n;
  };
  const run = await closedLoop({ operate, inFlight: 2, count: 100 });
  expect(run.failed).toEqual({ 14: 25 });
  expect([run.completed, run.answers.length, run.latencies.length]).toEqual([75, 75, 75]);
});

test('only what is timed is among the latencies', async () => {
  const operate = async (n: number) => n;
  const timed = (n: number) => n % 10 === 0;
  const run = await closedLoop({ operate, timed, inFlight: 1, count: 100 });
  expect([run.completed, run.latencies.length]).toEqual([100, 10]);
});
