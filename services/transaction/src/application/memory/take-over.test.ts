import { busyBank, expectSame, ForgetfulLedger, memoryParts, transferMore } from '../../../test/forgetful-ledger.ts';
import { codec, type TestScheduler } from '../../../test/live-ledger.ts';
import type { PaperLedger } from '../../../test/paper-ledger.ts';
import { readJournal } from '../read-journal.ts';
import { replay } from '../recover.ts';
import { DamagedObject } from './damaged-object.ts';
import type { MemoryParts } from './shard-memory.ts';

async function catchUp({ known }: ForgetfulLedger, { journal }: MemoryParts): Promise<void> {
  for await (const batch of readJournal(journal, codec, 0, known.end.sequence + 1)) replay(known, batch);
}

/** So many checkpoints, each so long after the one before that what it did not need any more is swept. */
async function leadFor(checkpoints: number, paper: PaperLedger, ledger: ForgetfulLedger, clock: TestScheduler) {
  for (let round = 0; round < checkpoints; round++) {
    await transferMore(paper, ledger, 3);
    await ledger.checkpoint();
    await ledger.memory.settled();
    clock.time += 61_000;
  }
}

test('a standby takes over the checkpoints of its leader, and forgets as he does', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 30);
  const standby = await ForgetfulLedger.start(parts);
  await ledger.checkpoint();
  await standby.memory.follow(standby.state, standby.known.end.sequence);
  expect(standby.memory.covered).toBe(ledger.memory.covered);
  expect(standby.state.answers.size).toBe(0);
  await expectSame(standby, paper);
});

test('a standby that is behind the checkpoint waits until it has come so far', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 30);
  const standby = await ForgetfulLedger.start(parts);
  await transferMore(paper, ledger, 1);
  await ledger.checkpoint();
  await standby.memory.follow(standby.state, standby.known.end.sequence);
  expect(standby.memory.covered).toBe(0);
});

test('whoever has not followed for long takes over by what is there, and not by what was swept meanwhile', async () => {
  const { parts, scheduler } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 10);
  await ledger.checkpoint();
  const standby = await ForgetfulLedger.start(parts);
  await leadFor(6, paper, ledger, scheduler);
  const { known } = standby;
  await catchUp(standby, parts);
  const old = { keys: [...paper.state.answers.keys()] };
  await expect(standby.bringBack(old)).rejects.toThrow('is damaged');
  await standby.memory.makeSure(known.state, known.end.sequence);
  expect(standby.memory.covered).toBe(ledger.memory.covered);
  await expectSame(standby, paper);
  // What it reads by is named now: nothing is read anew.
  const before = standby.state.answers.size;
  await standby.memory.makeSure(known.state, known.end.sequence);
  expect(standby.state.answers.size).toBe(before);
});

test('whoever leads again writes all of the state anew, since what it wrote before was swept meanwhile', async () => {
  const { parts, warnings, scheduler } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 10);
  await ledger.checkpoint();
  const other = await ForgetfulLedger.start(parts);
  await leadFor(6, paper, other, scheduler);
  await catchUp(ledger, parts);
  await ledger.memory.follow(ledger.state, ledger.known.end.sequence);
  await transferMore(paper, ledger, 1);
  await ledger.checkpoint();
  const next = await ForgetfulLedger.start(parts);
  expect(next.known.records).toBe(0);
  await expectSame(next, paper);
  expect(warnings).toEqual([]);
});

test('where there is no checkpoint yet, a standby follows without', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 10);
  await ledger.memory.follow(ledger.state, ledger.known.end.sequence);
  await ledger.memory.makeSure(ledger.state, ledger.known.end.sequence);
  expect(ledger.memory.covered).toBe(0);
  await expectSame(ledger, paper);
});

test('a checkpoint that cannot be read keeps nobody from leading', async () => {
  const { parts, checkpoints } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 10);
  await ledger.checkpoint();
  const { sequence } = ledger.known.end;
  await checkpoints.publish(0, sequence + 1, Buffer.from('no checkpoint'));
  const next = await ForgetfulLedger.start(parts);
  expect(next.memory.covered).toBe(sequence);
  await next.memory.makeSure(next.state, sequence);
  await expectSame(next, paper);
});

test('whose index no checkpoint names, and none that is as new stands in for, must begin anew', async () => {
  const { parts, checkpoints } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 10);
  await ledger.checkpoint();
  await transferMore(paper, ledger, 3);
  await ledger.checkpoint();
  const { sequence } = ledger.known.end;
  await checkpoints.remove(0, sequence);
  await expect(ledger.memory.makeSure(ledger.state, sequence)).rejects.toThrow(DamagedObject);
  const anew = await ForgetfulLedger.start(parts);
  await anew.memory.makeSure(anew.state, sequence);
  await expectSame(anew, paper);
});
