import { hash } from 'node:crypto';
import fc from 'fast-check';
import { TestScheduler } from '../../../test/live-ledger.ts';
import { MemoryChunks } from '../../../test/memory-chunks.ts';
import { DamagedObject } from './damaged-object.ts';
import { EntrySorter } from './entry-sorter.ts';
import type { RecordPlace } from './index-entry.ts';
import { KeyHash } from './key-hash.ts';
import { KeyIndex } from './key-index.ts';
import { WorkShare } from './work-share.ts';

const share = new WorkShare(new TestScheduler(), 1, new AbortController().signal);

function newIndex(options: { filtered: boolean; fanOut: number }, store = new MemoryChunks()) {
  let names = 0;
  const newName = () => {
    names += 1;
    return `o${names}`;
  };
  const digest = (bytes: Uint8Array) => hash('sha256', bytes, 'buffer');
  const keyHash = new KeyHash(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]));
  return new KeyIndex({ shard: 0, store, digest, newName }, options, keyHash);
}

type Entered = Readonly<{ text: string } & RecordPlace>;

async function enter(index: KeyIndex, entered: readonly Entered[]): Promise<void> {
  const sorter = new EntrySorter((text) => index.hashOf(text));
  for (const { text, sequence, index: at } of entered) sorter.add(text, sequence, at);
  index.add(await index.write(sorter, share));
}

async function placesOf(index: KeyIndex, text: string, upTo?: RecordPlace): Promise<RecordPlace[]> {
  const places: RecordPlace[] = [];
  for await (const place of index.places(text, upTo)) places.push(place);
  return places;
}

/** Texts k0, k1, … in batches of their own, so many of them. */
function distinct(count: number, sequence = 1): Entered[] {
  return Array.from({ length: count }, (_, at) => ({ text: `k${at}`, sequence: sequence + at, index: at % 7 }));
}

test('over many chunks each text is found at its place, and no other', async () => {
  const index = newIndex({ filtered: true, fanOut: 2 });
  await enter(index, distinct(20_000));
  for (const { text, sequence, index: at } of distinct(20_000).filter((_, one) => one % 997 === 0)) {
    expect(index.mayHold(text)).toBe(true);
    expect(await placesOf(index, text)).toEqual([{ sequence, index: at }]);
  }
});

test('a filter is wrong about less than two new texts in a thousand', async () => {
  const index = newIndex({ filtered: true, fanOut: 2 });
  await enter(index, distinct(50_000));
  let wrong = 0;
  for (let text = 0; text < 50_000; text++) if (index.mayHold(`new${text}`)) wrong += 1;
  expect(wrong).toBeLessThan(100);
});

test('thousands of entries of one text span chunks, and are told latest first, from any place back', async () => {
  const index = newIndex({ filtered: false, fanOut: 2 });
  const many = Array.from({ length: 10_000 }, (_, at) => ({ text: 'hot', sequence: at + 1, index: 3 }));
  await enter(index, [...many, ...distinct(3_000)]);
  const sequences = (await placesOf(index, 'hot')).map(({ sequence }) => sequence);
  expect(sequences).toEqual(many.map(({ sequence }) => sequence).reverse());
  const [first] = await placesOf(index, 'hot', { sequence: 5_432, index: 2 });
  expect(first).toEqual({ sequence: 5_431, index: 3 });
});

test('runs of one level become one of the next, so that few are left', async () => {
  const index = newIndex({ filtered: true, fanOut: 2 });
  for (let run = 0; run < 37; run++) {
    await enter(index, distinct(50, run * 50 + 1));
    while (await index.merge(share));
  }
  // 37 is 100101 in binary: a run for each one.
  expect(index.stored.map(({ level }) => level)).toEqual([5, 2, 0]);
  expect(await placesOf(index, 'k0')).toHaveLength(37);
});

test('a run that is added while others are merged stays behind them', async () => {
  const index = newIndex({ filtered: true, fanOut: 2 });
  await enter(index, distinct(3_000, 1));
  await enter(index, distinct(3_000, 5_000));
  const merging = index.merge(share);
  await enter(index, distinct(10, 10_000));
  expect(await merging).toBe(true);
  expect(index.stored.map(({ level }) => level)).toEqual([1, 0]);
  expect((await placesOf(index, 'k5')).map(({ sequence }) => sequence)).toEqual([10_005, 5_005, 6]);
});

test('opened from the store it answers the same', async () => {
  const store = new MemoryChunks();
  const index = newIndex({ filtered: true, fanOut: 2 }, store);
  await enter(index, distinct(9_000));
  const reopened = newIndex({ filtered: true, fanOut: 2 }, store);
  reopened.use(await reopened.open(index.stored), new KeyHash(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])));
  expect(await placesOf(reopened, 'k8999')).toEqual(await placesOf(index, 'k8999'));
  expect(reopened.mayHold('k8999')).toBe(true);
});

test('a chunk that is damaged or missing is told, not believed', async () => {
  const store = new MemoryChunks();
  const index = newIndex({ filtered: true, fanOut: 2 }, store);
  await enter(index, distinct(100));
  const chunk = store.chunks.get('o1#0');
  if (!chunk) throw new Error('no chunk');
  chunk[40] = (chunk[40] ?? 0) ^ 1;
  await expect(placesOf(index, 'k7')).rejects.toThrow(DamagedObject);
  store.chunks.delete('o1#0');
  await expect(placesOf(index, 'k7')).rejects.toThrow('chunk 0 is missing');
});

test('is what a map is, however runs come and are merged', async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.array(fc.nat(12), { maxLength: 30 }).map((texts) => ({ kind: 'run' as const, texts })) },
    { weight: 2, arbitrary: fc.constant({ kind: 'merge' as const, texts: [] }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.integer({ min: 2, max: 4 }), async (steps, fanOut) => {
      const index = newIndex({ filtered: fanOut % 2 === 0, fanOut });
      const model = new Map<string, RecordPlace[]>();
      let sequence = 0;
      for (const { kind, texts } of steps) {
        if (kind === 'merge') await index.merge(share);
        else {
          const entered = texts.map((text) => {
            sequence += 1;
            return { text: `k${text}`, sequence, index: text };
          });
          for (const { text, ...place } of entered) model.set(text, [place, ...(model.get(text) ?? [])]);
          await enter(index, entered);
        }
      }
      for (let text = 0; text <= 12; text++) {
        const expected = model.get(`k${text}`) ?? [];
        expect(await placesOf(index, `k${text}`)).toEqual(expected);
        const upTo = { sequence: Math.floor(sequence / 2), index: 0 };
        const before = expected.filter(
          (place) => place.sequence < upTo.sequence || (place.sequence === upTo.sequence && place.index === 0),
        );
        expect(await placesOf(index, `k${text}`, upTo)).toEqual(before);
        if (expected.length > 0) expect(index.mayHold(`k${text}`)).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});
