import { busyBank, expectSame, ForgetfulLedger, memoryParts, transferMore } from '../../../test/forgetful-ledger.ts';
import { MemoryJournal } from '../../../test/memory-journal.ts';
import { DamagedObject } from './damaged-object.ts';
import type { MemoryParts } from './shard-memory.ts';

test('a damaged chunk: the checkpoint before is used, and it is said', async () => {
  const { parts, warnings, checkpoints, chunks } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 30);
  await ledger.checkpoint();
  await transferMore(paper, ledger, 10);
  await ledger.checkpoint();
  const [newest] = await checkpoints.list(0);
  const { state, keys } = parts.snapshots.decodeCheckpoint(newest?.bytes ?? Buffer.alloc(0));
  for (const name of [state.at(-1)?.name, keys.at(-1)?.guide.name]) {
    const chunk = chunks.chunks.get(`${name}#0`);
    if (!chunk) throw new Error('no chunk');
    chunk[50] = (chunk[50] ?? 0) ^ 0xff;
    const next = await ForgetfulLedger.start(parts);
    expect(next.known.records).toBe(10);
    await expectSame(next, paper);
    chunk[50] = (chunk[50] ?? 0) ^ 0xff;
  }
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toContain('is damaged');
});

test('a checkpoint of another journal, or of a batch that the store has lost, is of no use', async () => {
  const { parts, warnings } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 30);
  await ledger.checkpoint();
  const other = memoryParts({ chunks: parts.chunks, checkpoints: parts.checkpoints });
  const next = await ForgetfulLedger.start(other.parts);
  expect(next.state.accounts.size).toBe(0);
  expect(other.warnings[0]).toContain('not of this journal');
  await expectSame(await ForgetfulLedger.start(parts), paper);
  expect(warnings).toEqual([]);
});

test('what the store has lost is not taken for what never was', async () => {
  const journal = new MemoryJournal();
  const { parts } = memoryParts({ journal });
  const { paper, ledger } = await busyBank(parts, 30);
  await ledger.checkpoint();
  const [key, answer] = [...paper.state.answers].at(-1) ?? ['', undefined];
  const transactionId = answer?.transaction?.transactionId ?? '';
  journal.lose(0, ledger.memory.covered);
  await expect(ledger.bringBack({ keys: [key] })).rejects.toThrow(
    `batch ${ledger.memory.covered} of shard 0 is missing`,
  );
  await expect(ledger.bringBack({ transactions: [transactionId] })).rejects.toThrow(DamagedObject);
  await ledger.bringBack({ keys: ['client new'], transactions: ['t00000000000000'] });
});

test('a store that does not answer at the start is no damage', async () => {
  const { parts } = memoryParts();
  const { ledger } = await busyBank(parts, 30);
  await ledger.checkpoint();
  const away = { ...parts, chunks: { ...parts.chunks, get: () => Promise.reject(new Error('ECONNREFUSED')) } };
  await expect(ForgetfulLedger.start(away as MemoryParts)).rejects.toThrow('ECONNREFUSED');
});
