import { setImmediate as turn } from 'node:timers/promises';
import { Portions } from './portions.ts';

/** Has so many ask, and counts those who have gone on: by number, in their order. */
function asking(portions: Portions, count: number, from = 0): number[] {
  const gone: number[] = [];
  for (let at = from; at < from + count; at += 1) void portions.next().then(() => gone.push(at));
  return gone;
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
/** Whatever can go on without a turn of the event loop. */
const atOnce = () => new Promise<void>((resolve) => process.nextTick(resolve));

test('a few go on at once', async () => {
  const gone = asking(new Portions(), 32);
  await atOnce();
  expect(gone).toEqual(upTo(32));
});

test('many go on in portions, a turn of the event loop each, in their order', async () => {
  const gone = asking(new Portions(), 70);
  await atOnce();
  expect(gone).toEqual(upTo(32));
  await turn();
  expect(gone).toEqual(upTo(64));
  await turn();
  expect(gone).toEqual(upTo(70));
});

test('whoever asks later goes on after those who wait', async () => {
  const portions = new Portions();
  const first = asking(portions, 40);
  await turn();
  expect(first).toEqual(upTo(40));
  // Eight of those have taken room of this turn.
  const second = asking(portions, 30, 40);
  await atOnce();
  expect(second).toHaveLength(24);
  await turn();
  expect(second).toHaveLength(30);
});

test('a turn without anybody makes no next one', async () => {
  const portions = new Portions();
  asking(portions, 1);
  await turn();
  await turn();
  const gone = asking(portions, 32);
  await atOnce();
  expect(gone).toHaveLength(32);
});
