import { memoryParts } from '../../../test/forgetful-ledger.ts';
import { MemoryChunks } from '../../../test/memory-chunks.ts';
import { type ObjectParts, ObjectWriter, readChunk, readObject } from './chunked-object.ts';
import { DamagedObject } from './damaged-object.ts';
import { chunksUnderWay } from './ports.ts';
import { WorkShare } from './work-share.ts';

const chunkName = (object: { name: string }, number: number) => `${object.name}#${number}`;
const payloads = (count: number) => Array.from({ length: count }, (_, number) => Buffer.from(`payload ${number}`));

function stored(chunks = new MemoryChunks()) {
  const { parts, scheduler } = memoryParts();
  const objects: ObjectParts = { shard: 0, store: chunks, digest: parts.digest, newName: parts.newName };
  return { chunks, objects, share: new WorkShare(scheduler, 1, new AbortController().signal) };
}

async function written(store: ReturnType<typeof stored>, count: number) {
  const writer = await ObjectWriter.begin(store.objects, store.share);
  for (const payload of payloads(count)) await writer.put(payload);
  return writer.finish();
}

async function read({ objects }: ReturnType<typeof stored>, object: Awaited<ReturnType<typeof written>>) {
  const read: Buffer[] = [];
  for await (const payload of readObject(objects, object)) read.push(payload);
  return read;
}

test.each([0, 1, 12, 13, 40])('%i chunks are read as they were written', async (count) => {
  const store = stored();
  const object = await written(store, count);
  expect(object).toMatchObject({ chunks: count });
  expect(await read(store, object)).toEqual(payloads(count));
  for (const [number, payload] of payloads(count).entries())
    expect(await readChunk(store.objects, object, number)).toEqual(payload);
});

test('is registered before its first chunk', async () => {
  const store = stored();
  const writer = await ObjectWriter.begin(store.objects, store.share);
  expect(await store.chunks.registered(0)).toEqual([writer.name]);
  expect(store.chunks.chunks.size).toBe(0);
});

test.each<[string, (chunks: Map<string, Uint8Array>, object: { name: string }) => void]>([
  ['is missing', (chunks, object) => chunks.delete(chunkName(object, 3))],
  ['has another bit', (chunks, object) => chunks.get(chunkName(object, 3))?.set([0xff], 35)],
  [
    'lies where another should',
    (chunks, object) => {
      const [third, fourth] = [3, 4].map((number) => chunks.get(chunkName(object, number)) ?? Buffer.alloc(0));
      chunks.set(chunkName(object, 3), fourth ?? Buffer.alloc(0));
      chunks.set(chunkName(object, 4), third ?? Buffer.alloc(0));
    },
  ],
])('a chunk that %s is told', async (_, damage) => {
  const store = stored();
  const object = await written(store, 5);
  damage(store.chunks.chunks, object);
  await expect(read(store, object)).rejects.toThrow(DamagedObject);
});

test('so many chunks are on their way at a time, and no more', async () => {
  let underWay = 0;
  let most = 0;
  const arrive: Array<() => void> = [];
  class SlowChunks extends MemoryChunks {
    override async put(name: string, number: number, bytes: Uint8Array): Promise<void> {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => arrive.push(resolve));
      underWay -= 1;
      await super.put(name, number, bytes);
    }
  }
  const store = stored(new SlowChunks());
  const writing = written(store, 30);
  let isWritten = false;
  void writing.then(() => {
    isWritten = true;
  });
  for (let turns = 0; !isWritten && turns < 100; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    // The last on their way come first.
    for (const goOn of arrive.splice(0).reverse()) goOn();
  }
  expect(most).toBe(chunksUnderWay);
  expect(await read(store, await writing)).toEqual(payloads(30));
});

test('a chunk that the store refuses fails what is written after it, or its end', async () => {
  class FullChunks extends MemoryChunks {
    override async put(name: string, number: number, bytes: Uint8Array): Promise<void> {
      if (number === 2) throw new Error('the store is full');
      await super.put(name, number, bytes);
    }
  }
  await expect(written(stored(new FullChunks()), 3)).rejects.toThrow('the store is full');
  await expect(written(stored(new FullChunks()), 30)).rejects.toThrow('the store is full');
});
