import {
  busyBank,
  expectSame,
  ForgetfulLedger,
  memoryParts,
  raise,
  transferMore,
} from '../../../test/forgetful-ledger.ts';
import { codec, turn } from '../../../test/live-ledger.ts';
import { MemoryJournal } from '../../../test/memory-journal.ts';
import { purchase, smallBank } from '../../../test/paper-ledger.ts';
import { apply } from '../../domain/apply.ts';
import { balanceAsOf } from '../balance-as-of.ts';
import { DamagedObject } from './damaged-object.ts';
import type { MemoryParts } from './shard-memory.ts';

test('after a checkpoint answers and finished transactions leave memory, and accounts and open holds stay', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 300);
  paper.authorize(purchase('k', 100n));
  const hold = paper.records.at(-1);
  if (hold) await ledger.write(hold);
  await ledger.checkpoint();
  expect(ledger.state.answers.size).toBe(0);
  expect([...ledger.state.transactions.values()]).toMatchObject([{ kind: 'CARD_PURCHASE', held: 100n }]);
  await expectSame(ledger, paper);
});

test('the latest records stay in memory, as many as one likes', async () => {
  const { parts } = memoryParts();
  const { ledger } = await busyBank(parts, 300, { keepRecords: 40 });
  await ledger.checkpoint();
  expect(ledger.state.answers.size).toBe(40);
});

test('what was brought back leaves again at the next checkpoint', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 20);
  await ledger.checkpoint();
  await expectSame(ledger, paper);
  expect(ledger.state.answers.size).toBe(paper.state.answers.size);
  await transferMore(paper, ledger, 1);
  await ledger.checkpoint();
  expect(ledger.state.answers.size).toBe(0);
});

test('tells while it writes and merges in the background, and when it rests', async () => {
  const { parts, metrics } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 20);
  const written = ledger.checkpoint();
  expect(metrics.works).toEqual([true]);
  await written;
  await ledger.memory.settled();
  expect(metrics.works).toEqual([true, false]);
  // The second run of the index is merged with the first, after the checkpoint that wrote it.
  await transferMore(paper, ledger, 1);
  await ledger.checkpoint();
  await ledger.memory.settled();
  expect(metrics.works).toEqual([true, false, true, false]);
});

test('a new key asks for nothing, and costs no promise', async () => {
  const { parts } = memoryParts();
  const { ledger } = await busyBank(parts, 300);
  await ledger.checkpoint();
  const { recall } = ledger.memory;
  expect(recall.lacks(ledger.state, { keys: ['shop a-new-key'] })).toBe(false);
  expect(recall.lacks(ledger.state, { keys: ['shop test-7'] })).toBe(true);
});

test('what was found is stale once the index covers more', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 20);
  await ledger.checkpoint();
  const { recall } = ledger.memory;
  const needs = { keys: ['shop test-7'] };
  const recalled = await recall.fetch(ledger.state, needs);
  expect(recall.lacks(ledger.state, needs, recalled)).toBe(false);
  await transferMore(paper, ledger, 1);
  await ledger.checkpoint();
  expect(recall.lacks(ledger.state, needs, recalled)).toBe(true);
});

test('a start reads the checkpoint and the tail alone', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 300);
  await ledger.checkpoint();
  await transferMore(paper, ledger, 7);
  const next = await ForgetfulLedger.start(parts);
  expect(next.known.records).toBe(7);
  await expectSame(next, paper);
});

test('a crash between any two writes of a checkpoint leaves the one before, and all of the state', async () => {
  for (let writes = 0, completed = false; !completed; writes++) {
    const { parts, scheduler } = memoryParts();
    const { paper, ledger } = await busyBank(parts, 30);
    await ledger.checkpoint();
    await transferMore(paper, ledger, 10);
    const crashing = await ForgetfulLedger.start(diesAfter(parts, writes));
    await crashing.checkpoint();
    await crashing.memory.settled();
    completed = crashing.memory.covered === paper.records.length;
    const next = await ForgetfulLedger.start(parts);
    expect([0, 10]).toContain(next.known.records);
    await expectSame(next, paper);
    // And whatever the crash left behind is swept in the end.
    await transferMore(paper, next, 1);
    await next.checkpoint();
    scheduler.time += 120_000;
    await transferMore(paper, next, 1);
    await next.checkpoint();
    await expectSame(await ForgetfulLedger.start(parts), paper);
    if (completed) expect(writes).toBeGreaterThan(10);
  }
});

/** The store of a process that can write so often, and then no more. */
function diesAfter(parts: MemoryParts, writes: number): MemoryParts {
  let left = writes;
  const writing = new Set(['register', 'put', 'remove', 'publish']);
  const dying = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get: (target, method) => {
        if (writing.has(String(method))) left -= 1;
        if (left < 0) return () => Promise.reject(new Error('the process is no more'));
        return (Reflect.get(target, method) as (...asked: unknown[]) => unknown).bind(target);
      },
    });
  return { ...parts, chunks: dying(parts.chunks), checkpoints: dying(parts.checkpoints) };
}

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

test('a checkpoint of what is not durable becomes visible only when it is', async () => {
  const { parts, checkpoints } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  paper.transfer('acc_ana', 'acc_shop', 1n);
  const record = paper.records.at(-1);
  if (!record) throw new Error('no record');
  apply(ledger.state, record);
  const written = ledger.memory.checkpoint(ledger.state, ledger.known.end.sequence + 1);
  for (let turns = 0; turns < 10; turns++) await turn();
  expect(await checkpoints.list(0)).toEqual([]);
  await ledger.append(record);
  await written;
  expect(await checkpoints.list(0)).toHaveLength(1);
  await expectSame(await ForgetfulLedger.start(parts), paper);
});

test('a checkpoint of what was lost never becomes visible', async () => {
  const { parts, checkpoints, warnings } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  paper.transfer('acc_ana', 'acc_shop', 1n);
  const record = paper.records.at(-1);
  if (record) apply(ledger.state, record);
  const written = ledger.memory.checkpoint(ledger.state, ledger.known.end.sequence + 1);
  await ledger.memory.stop();
  await written;
  expect(await checkpoints.list(0)).toEqual([]);
  expect(warnings).toEqual([]);
});

test('an answer that came under a key while its calling off was let go stays', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  const record = () => paper.records.at(-1) ?? raise('no record');
  paper.cancel('k');
  await ledger.write(record());
  const written = ledger.checkpoint();
  paper.authorize(purchase('k', 100n));
  await ledger.write(record());
  await written;
  expect(ledger.memory.covered).toBe(ledger.known.end.sequence - 1);
  expect(ledger.state.answers.get('shop k')).toMatchObject({ transaction: { declineReason: 'cancelled_by_merchant' } });
});

test('what changed while it was looked up is not put back as it was', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  paper.transfer('acc_ana', 'acc_shop', 1n);
  const { change } = paper.records.at(-1) ?? raise('no record');
  const id = change.kind === 'transaction' ? change.transactions[0].transactionId : raise('no transaction');
  await ledger.write(paper.records.at(-1) ?? raise('no record'));
  await ledger.checkpoint();
  const needs = { transactions: [id] };
  const before = await ledger.memory.recall.fetch(ledger.state, needs);
  await ledger.bringBack(needs);
  paper.reverse(id);
  await ledger.write(paper.records.at(-1) ?? raise('no record'));
  await ledger.checkpoint();
  expect(ledger.memory.recall.lacks(ledger.state, needs, before)).toBe(true);
  await ledger.bringBack(needs);
  expect(ledger.state.transactions.get(id)).toMatchObject({ status: 'REVERSED', version: 2 });
});

test('what was in memory at a look-up, and was let go before its end, is put back', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  const [gone = '', present = ''] = [...paper.state.transactions.keys()].slice(-2);
  await ledger.checkpoint();
  await ledger.bringBack({ transactions: [present] });
  const { recall } = ledger.memory;
  const needs = { transactions: [gone, present] };
  const recalled = await recall.fetch(ledger.state, needs);
  await ledger.memory.letGo(ledger.state);
  expect(ledger.state.transactions.has(present)).toBe(false);
  expect(recall.lacks(ledger.state, needs, recalled)).toBe(false);
  recall.remember(ledger.state, recalled);
  for (const id of [gone, present]) expect(ledger.state.transactions.get(id)).toEqual(paper.state.transactions.get(id));
});

test('a checkpoint is due by the size of the tail, measured by that of the snapshot', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5, { minTailBytes: 10_000, tailRatio: 0.5 });
  expect(ledger.memory.isDue()).toBe(false);
  await transferMore(paper, ledger, 40);
  expect(ledger.memory.isDue()).toBe(true);
  const written = ledger.checkpoint();
  expect(ledger.memory.isDue()).toBe(false);
  await written;
  expect(ledger.memory.isDue()).toBe(false);
});

test('a store that refuses a checkpoint stops nothing: it is said, and tried again some seconds later', async () => {
  const { parts, warnings, scheduler } = memoryParts();
  const { paper, ledger } = await busyBank(diesAfter(parts, 3), 5, { minTailBytes: 1_000 });
  await ledger.checkpoint();
  expect(warnings[0]).toContain('a checkpoint could not be written');
  expect(ledger.memory.covered).toBe(0);
  expect(ledger.memory.isDue()).toBe(false);
  scheduler.time += 5_000;
  expect(ledger.memory.isDue()).toBe(true);
  await expectSame(ledger, paper);
});

test('a journal without a checkpoint is replayed in bounded memory', async () => {
  const { parts } = memoryParts();
  const { paper } = await busyBank(parts, 400);
  const next = await ForgetfulLedger.start(parts, { minTailBytes: 10_000 });
  expect(next.memory.covered).toBeGreaterThan(300);
  expect(next.state.answers.size).toBeLessThan(130);
  await expectSame(next, paper);
});

test('a start does not wait for a checkpoint that is merely due', async () => {
  const { parts } = memoryParts();
  const { paper } = await busyBank(parts, 400);
  const next = await ForgetfulLedger.start(parts, { minTailBytes: 50_000 });
  expect(next.memory.isDue()).toBe(true);
  expect(next.memory.covered).toBe(0);
  await expectSame(next, paper);
});

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

test('the balance as of any past instant, though nothing of it is in memory', async () => {
  const { parts } = memoryParts();
  const paper = smallBank();
  const started = paper.now;
  for (let one = 0; one < 50; one++) {
    paper.now += 1_000;
    paper.transfer('acc_ana', 'acc_shop', 100n);
  }
  const ledger = await ForgetfulLedger.start(parts);
  for (const record of paper.records.slice(0, 35)) await ledger.write(record);
  await ledger.checkpoint();
  for (const record of paper.records.slice(35)) await ledger.write(record);
  const past = { shard: 0, journal: parts.journal, codec, memory: ledger.memory };
  const shop = ledger.state.accounts.get('acc_shop');
  const card = ledger.state.accounts.get('acc_card');
  if (!shop || !card) throw new Error('no account');
  const postedAt = async (ms: number) => (await balanceAsOf(past, shop, started + ms, 55))?.posted;
  expect(await postedAt(0)).toBe(0n);
  expect(await postedAt(10_000)).toBe(1_000n);
  expect(await postedAt(10_999)).toBe(1_000n);
  expect(await postedAt(49_000)).toBe(4_900n);
  expect(await postedAt(1_000_000)).toBe(5_000n);
  expect(await balanceAsOf(past, card, started + 1_000_000, 55)).toEqual(card);
  expect(await balanceAsOf(past, shop, started - 1, 55)).toBe(undefined);
});
