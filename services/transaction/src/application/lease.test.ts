import { TestScheduler } from '../../test/live-ledger.ts';
import { MemoryLease } from '../../test/memory-lease.ts';
import { Lease } from './lease.ts';

const leaseMs = 1_000;

function holder(name: string, store: MemoryLease, scheduler = new TestScheduler()) {
  return { lease: new Lease({ shard: 0, holder: name, address: `${name}:1`, leaseMs }, store, scheduler), scheduler };
}

test('the first to ask has it, and the second learns where', async () => {
  const store = new MemoryLease();
  const [a, b] = [holder('a', store), holder('b', store)];
  expect(await a.lease.tryToTake()).toBe(true);
  expect(await b.lease.tryToTake()).toBe(false);
  expect([a.lease.leaderAddress, b.lease.leaderAddress]).toEqual([undefined, 'a:1']);
});

test('who held it at the same address before is nobody to send calls to', async () => {
  const store = new MemoryLease();
  const scheduler = new TestScheduler();
  const at = (holder: string) => new Lease({ shard: 0, holder, address: 'pod:1', leaseMs }, store, scheduler);
  await at('before').tryToTake();
  const after = at('after');
  await after.look();
  expect(after.leaderAddress).toBe(undefined);
});

test('a lease that one process has seen unchanged for its whole time is anybody’s', async () => {
  const store = new MemoryLease();
  const [a, b] = [holder('a', store), holder('b', store)];
  await a.lease.tryToTake();
  await b.lease.tryToTake();
  b.scheduler.time += leaseMs - 1;
  expect(await b.lease.tryToTake()).toBe(false);
  b.scheduler.time += 1;
  expect(await b.lease.tryToTake()).toBe(true);
  expect(await a.lease.renew()).toBe(false);
});

test('while the store is silent a lease does not run out: its holder cannot prolong it either', async () => {
  const store = new MemoryLease();
  const [a, b] = [holder('a', store), holder('b', store)];
  await a.lease.tryToTake();
  await b.lease.tryToTake();
  const read = store.read.bind(store);
  store.read = async (shard) => {
    b.scheduler.time += 5 * leaseMs;
    return read(shard);
  };
  expect(await b.lease.tryToTake()).toBe(false);
  store.read = async () => {
    b.scheduler.time += 5 * leaseMs;
    throw new Error('timed out');
  };
  await expect(b.lease.tryToTake()).rejects.toThrow('timed out');
  store.read = read;
  b.scheduler.time += leaseMs - 1;
  expect(await b.lease.tryToTake()).toBe(false);
  b.scheduler.time += 1;
  expect(await b.lease.tryToTake()).toBe(true);
});

test('a lease that is prolonged begins anew for those who wait', async () => {
  const store = new MemoryLease();
  const [a, b] = [holder('a', store), holder('b', store)];
  await a.lease.tryToTake();
  await b.lease.tryToTake();
  b.scheduler.time += leaseMs - 1;
  await a.lease.renew();
  b.scheduler.time += leaseMs - 1;
  expect(await b.lease.tryToTake()).toBe(false);
});

test('a holder is sure of it for less time than anybody else waits', async () => {
  const { lease, scheduler } = holder('a', new MemoryLease());
  expect(lease.isSure()).toBe(false);
  await lease.tryToTake();
  scheduler.time += 0.8 * leaseMs - 1;
  expect(lease.isSure()).toBe(true);
  scheduler.time += 1;
  expect(lease.isSure()).toBe(false);
  await lease.renew();
  expect(lease.isSure()).toBe(true);
});

test('who hands it back is sure of nothing any more, and nobody waits', async () => {
  const store = new MemoryLease();
  const [a, b] = [holder('a', store), holder('b', store)];
  await a.lease.tryToTake();
  await b.lease.tryToTake();
  await a.lease.handBack();
  expect(a.lease.isSure()).toBe(false);
  expect(await b.lease.tryToTake()).toBe(true);
});

test('of two who take it at the same moment, one has it', async () => {
  const store = new MemoryLease();
  const holders = ['a', 'b', 'c'].map((name) => holder(name, store).lease);
  const taken = await Promise.all(holders.map((lease) => lease.tryToTake()));
  expect(taken.filter(Boolean)).toHaveLength(1);
});

test('a put whose answer was lost is recognised, and the lease counts from when it was sent first', async () => {
  const store = new MemoryLease();
  const { lease, scheduler } = holder('a', store);
  await lease.tryToTake();
  const put = store.put.bind(store);
  store.put = async (shard, item) => {
    await put(shard, item);
    throw new Error('connection reset');
  };
  await expect(lease.renew()).rejects.toThrow('connection reset');
  store.put = put;
  scheduler.time += 300;
  expect(await lease.renew()).toBe(true);
  scheduler.time += 0.8 * leaseMs - 300 - 1;
  expect(lease.isSure()).toBe(true);
  scheduler.time += 1;
  expect(lease.isSure()).toBe(false);
});
