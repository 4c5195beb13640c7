import { busyBank, expectSame, ForgetfulLedger, memoryParts, transferMore } from '../../../test/forgetful-ledger.ts';
import { turn } from '../../../test/live-ledger.ts';
import { MemoryChunks } from '../../../test/memory-chunks.ts';

test('old checkpoints go, and their objects after a while in which nobody needed them', async () => {
  const { parts, checkpoints, chunks, scheduler } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 10);
  const sizes: number[] = [];
  for (let round = 0; round < 12; round++) {
    await transferMore(paper, ledger, 3);
    await ledger.checkpoint();
    await ledger.memory.settled();
    sizes.push(chunks.chunks.size);
    scheduler.time += 61_000;
  }
  expect(await checkpoints.list(0)).toHaveLength(2);
  expect(Math.max(...sizes)).toBeLessThan(60);
  expect((await chunks.registered(0)).length).toBeLessThan(40);
  await expectSame(await ForgetfulLedger.start(parts), paper);
});

test('what is still being merged stays, however long that takes', async () => {
  /** Objects that were begun while nothing but the merge went on; the store tells of their chunks late. */
  const merged = new Set<string>();
  let isMergeAlone = false;
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  class SlowChunks extends MemoryChunks {
    override async register(shard: number, name: string): Promise<void> {
      if (isMergeAlone) merged.add(name);
      await super.register(shard, name);
    }
    override async put(name: string, number: number, bytes: Uint8Array): Promise<void> {
      await super.put(name, number, bytes);
      if (merged.has(name)) await told;
    }
  }
  const { parts, warnings, scheduler } = memoryParts({ chunks: new SlowChunks() });
  const { paper, ledger } = await busyBank(parts, 10);
  const checkpointOfMore = async () => {
    await transferMore(paper, ledger, 3);
    await ledger.checkpoint();
  };
  await checkpointOfMore();
  await checkpointOfMore();
  // The index has two runs now, which are merged in the background.
  isMergeAlone = true;
  await turn();
  isMergeAlone = false;
  expect(merged.size).toBeGreaterThan(0);
  for (let checkpoint = 0; checkpoint < 3; checkpoint++) {
    scheduler.time += 61_000;
    await checkpointOfMore();
  }
  tell();
  await ledger.memory.settled();
  await checkpointOfMore();
  expect(warnings).toEqual([]);
  await expectSame(await ForgetfulLedger.start(parts), paper);
});
