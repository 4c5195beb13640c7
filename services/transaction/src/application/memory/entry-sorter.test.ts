import { EntrySorter } from './entry-sorter.ts';
import type { RunWriter } from './run-writer.ts';
import type { WorkShare } from './work-share.ts';

type Entry = readonly [hash: number, sequence: number, index: number];

/** What entries with these hashes are told in, each a record of its own: texts are their numbers. */
async function sorted(hashes: readonly number[], fullEvery = Number.POSITIVE_INFINITY) {
  const told: Entry[] = [];
  const flushedAt: number[] = [];
  const writer = {
    add: (...entry: Entry) => told.push(entry) % fullEvery === 0,
    flush: async () => void flushedAt.push(told.length),
  };
  const sorter = new EntrySorter((text) => hashes[Number(text)] ?? 0);
  for (const at of hashes.keys()) sorter.add(String(at), 1 + Math.floor(at / 7), at % 7);
  await sorter.writeTo(writer as unknown as RunWriter, { turn: async () => undefined } as WorkShare);
  return { told, flushedAt };
}

/** By hash, and those of one hash by their places. */
function inOrder(hashes: readonly number[]): Entry[] {
  const entries = hashes.map((hash, at): Entry => [hash, 1 + Math.floor(at / 7), at % 7]);
  return entries.sort(([a, b, c], [d, e, f]) => a - d || b - e || c - f);
}

const largest = 2 ** 48 - 1;

test('entries come by their hashes, and equal ones in the order of their places', async () => {
  const hashes = [largest, 0, 2 ** 38, 2 ** 38 - 1, 5, 0, largest, 2 ** 38, 7, 5, 0];
  expect((await sorted(hashes)).told).toEqual(inOrder(hashes));
});

test('and so do more of them in one bucket than a number has room for', async () => {
  const hashes = Array.from({ length: 2 ** 15 + 1_000 }, (_, at) => (at * 7_919) % 1_000);
  expect((await sorted(hashes)).told).toEqual(inOrder(hashes));
});

test('what is full is flushed before the next', async () => {
  expect((await sorted([3, 1, 2, 5, 4, 6, 9], 3)).flushedAt).toEqual([3, 6]);
});
