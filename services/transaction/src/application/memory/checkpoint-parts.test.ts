import {
  busyBank,
  expectSame,
  ForgetfulLedger,
  memoryParts,
  raise,
  transferMore,
} from '../../../test/forgetful-ledger.ts';
import { answerOf } from '../../../test/paper-ledger.ts';
import type { MemoryParts } from './shard-memory.ts';

/** The newest checkpoint's parts of the state. */
async function stateParts({ checkpoints, snapshots }: MemoryParts) {
  const [newest] = await checkpoints.list(0);
  return newest ? snapshots.decodeCheckpoint(newest.bytes).state : raise('no checkpoint');
}

test('a checkpoint writes what has changed since the one before', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 0);
  const recent = () => paper.records.at(-1) ?? raise('no record');
  for (let number = 0; number < 3_000; number++) {
    paper.open(`acc_${number}`, 0n);
    await ledger.write(recent());
  }
  await ledger.checkpoint();
  const [whole] = await stateParts(parts);
  for (let checkpoint = 1; checkpoint <= 5; checkpoint++) {
    await transferMore(paper, ledger, 3);
    paper.open(`acc_new_${checkpoint}`, 0n);
    await ledger.write(recent());
    paper.change(`acc_${checkpoint}`, { status: 'FROZEN' });
    await ledger.write(recent());
    await ledger.checkpoint();
  }
  const [same, ...changes] = await stateParts(parts);
  expect(same).toEqual(whole);
  expect(changes).toHaveLength(5);
  for (const { bytes } of changes) expect(bytes).toBeLessThan((whole?.bytes ?? 0) / 500);
  await expectSame(await ForgetfulLedger.start(parts), paper);
});

test('holds that were opened, captured in part and ended since the checkpoint before', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  const writeRest = async () => {
    for (const record of paper.records.slice(ledger.known.end.sequence)) await ledger.write(record);
  };
  const hold = () => answerOf(paper.hold('acc_ana', 'acc_shop', 100n)).transactionId;
  const [kept, partly, ended] = [hold(), hold(), hold()];
  await writeRest();
  await ledger.checkpoint();
  paper.capture(partly, 40n);
  paper.void(ended);
  paper.void(hold());
  const opened = hold();
  await writeRest();
  await ledger.checkpoint();
  expect(await stateParts(parts)).toHaveLength(2);
  const next = await ForgetfulLedger.start(parts);
  expect(next.known.records).toBe(0);
  const held = (id: string) => next.state.transactions.get(id)?.held;
  expect([kept, partly, opened].map(held)).toEqual([100n, 60n, 100n]);
  expect(next.state.transactions.size).toBe(3);
  await expectSame(next, paper);
});

test('changes that come to as much as the whole are written anew as a whole', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  const lengths: number[] = [];
  for (let round = 0; round < 8; round++) {
    await ledger.checkpoint();
    lengths.push((await stateParts(parts)).length);
    await transferMore(paper, ledger, 1);
  }
  expect(lengths).toEqual([1, 2, 3, 1, 2, 3, 1, 2]);
  await expectSame(await ForgetfulLedger.start(parts), paper);
});

test('a checkpoint names only so many parts', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 0);
  for (let number = 0; number < 1_000; number++) {
    paper.open(`acc_${number}`, 0n);
    await ledger.write(paper.records.at(-1) ?? raise('no record'));
  }
  const lengths: number[] = [];
  for (let round = 0; round < 40; round++) {
    await ledger.checkpoint();
    lengths.push((await stateParts(parts)).length);
    await transferMore(paper, ledger, 1);
  }
  expect(Math.max(...lengths)).toBe(33);
  expect(lengths.lastIndexOf(1)).toBe(33);
});

test('open holds that say much are parted into chunks that an item holds', async () => {
  const { parts, chunks } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 0);
  const metadata = { note: 'x'.repeat(1_900) };
  for (let number = 0; number < 300; number++) {
    paper.hold('acc_ana', 'acc_shop', 1n, { metadata });
    await ledger.write(paper.records.at(-1) ?? raise('no record'));
  }
  await ledger.checkpoint();
  const [whole] = await stateParts(parts);
  const sizes = [...chunks.chunks]
    .filter(([name]) => name.startsWith(`${whole?.name}#`))
    .map(([, { length }]) => length);
  expect(whole?.bytes).toBeGreaterThan(500_000);
  expect(Math.max(...sizes)).toBeLessThan(350_000);
  await expectSame(await ForgetfulLedger.start(parts), paper);
});
