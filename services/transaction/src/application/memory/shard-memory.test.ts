import {
  busyBank,
  expectSame,
  ForgetfulLedger,
  memoryParts,
  raise,
  transferMore,
} from '../../../test/forgetful-ledger.ts';
import { codec, turn } from '../../../test/live-ledger.ts';
import { MemoryChunks } from '../../../test/memory-chunks.ts';
import { purchase, smallBank } from '../../../test/paper-ledger.ts';
import { apply } from '../../domain/apply.ts';
import { balanceAsOf } from '../balance-as-of.ts';
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

test('there is one checkpoint at a time', async () => {
  const { parts, checkpoints } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5);
  const first = ledger.checkpoint();
  await transferMore(paper, ledger, 1);
  expect(ledger.checkpoint()).toBe(first);
  await first;
  expect(await checkpoints.list(0)).toHaveLength(1);
});

test('once it has stopped it writes nothing', async () => {
  let writes = 0;
  class SlowChunks extends MemoryChunks {
    override async put(name: string, number: number, bytes: Uint8Array): Promise<void> {
      for (let turns = 0; turns < 3; turns++) await turn();
      writes += 1;
      await super.put(name, number, bytes);
    }
  }
  const { parts, checkpoints } = memoryParts({ chunks: new SlowChunks() });
  const { ledger } = await busyBank(parts, 5);
  const written = ledger.checkpoint();
  await turn();
  await ledger.memory.stop();
  const writesBefore = writes;
  for (let turns = 0; turns < 30; turns++) await turn();
  expect(writes).toBe(writesBefore);
  expect(await checkpoints.list(0)).toEqual([]);
  await written;
  // Until some is begun again.
  await ledger.checkpoint();
  expect(await checkpoints.list(0)).toHaveLength(1);
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

test('and with a large snapshot not before the tail is in proportion to it', async () => {
  const { parts } = memoryParts();
  const { paper, ledger } = await busyBank(parts, 5, { minTailBytes: 1, tailRatio: 10 });
  expect(ledger.memory.isDue()).toBe(true);
  await ledger.checkpoint();
  await transferMore(paper, ledger, 1);
  expect(ledger.memory.isDue()).toBe(false);
  await transferMore(paper, ledger, 200);
  expect(ledger.memory.isDue()).toBe(true);
});

test('a store that refuses a checkpoint stops nothing: it is said, and tried again some seconds later', async () => {
  const { parts, warnings, metrics, scheduler } = memoryParts();
  const { paper, ledger } = await busyBank(diesAfter(parts, 3), 5, { minTailBytes: 1_000 });
  await ledger.checkpoint();
  expect(warnings[0]).toContain('a checkpoint could not be written');
  expect(metrics.works).toEqual([true, false]);
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
