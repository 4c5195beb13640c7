import { TestScheduler, turn } from '../../test/live-ledger.ts';
import { Expected } from './expected.ts';

/** Those who are waited for, and a clock that goes on when it is told to. */
function expecting(count: number) {
  let wake: () => void = () => undefined;
  const waits: number[] = [];
  class StandingClock extends TestScheduler {
    override wait(ms = 0): Promise<void> {
      waits.push(ms);
      return new Promise((resolve) => {
        wake = resolve;
      });
    }
  }
  const expected = new Expected(new StandingClock());
  const ways = Array.from({ length: count }, () => Promise.withResolvers<void>());
  for (const { promise } of ways) expected.until(promise);
  let isOver = false;
  const arrival = () => void expected.arrival().then(() => (isOver = true));
  return { expected, ways, waits, arrival, wake: () => wake(), isOver: () => isOver };
}

test('a few are not waited for', () => {
  expect(expecting(3).expected.areMany).toBe(false);
  expect(expecting(4).expected.areMany).toBe(true);
});

test('waits until all have come, whatever they came to know, and for nobody who is expected later', async () => {
  const { expected, ways, arrival, isOver } = expecting(4);
  arrival();
  expected.until(new Promise(() => undefined));
  for (const { resolve } of ways.slice(1)) resolve();
  await turn();
  expect(isOver()).toBe(false);
  ways[0]?.reject(new Error('nobody knows'));
  await turn();
  expect(isOver()).toBe(true);
  expect(expected.areMany).toBe(false);
});

test('waits some milliseconds at most', async () => {
  const { waits, arrival, wake, isOver } = expecting(4);
  arrival();
  await turn();
  expect([isOver(), waits]).toEqual([false, [5]]);
  wake();
  await turn();
  expect(isOver()).toBe(true);
});
