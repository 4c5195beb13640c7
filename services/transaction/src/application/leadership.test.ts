import {
  codec,
  FaultyJournal,
  leadingLedger,
  newLedger,
  patient,
  silent,
  transfer,
  turn,
} from '../../test/live-ledger.ts';
import { MemoryLease } from '../../test/memory-lease.ts';
import { getBalance } from './get-balance.ts';
import { Leadership, type Role } from './leadership.ts';
import { Lease, type LeaseItem, type LeaseStore } from './lease.ts';

const leaseMs = 1_000;

/** A lease's store that one process cannot reach for a while. */
class StallingLease implements LeaseStore {
  private gate: Promise<void> = Promise.resolve();
  goOn: () => void = () => undefined;

  constructor(private readonly store: LeaseStore) {}

  stall(): void {
    this.gate = new Promise((resolve) => {
      this.goOn = resolve;
    });
  }

  async read(shard: number): Promise<LeaseItem | undefined> {
    await this.gate;
    return this.store.read(shard);
  }

  async put(shard: number, item: LeaseItem): Promise<boolean> {
    await this.gate;
    return this.store.put(shard, item);
  }
}

const replicas: Leadership[] = [];

// A replica that nobody stops lives on, and so would the test's process.
afterEach(() => Promise.all(replicas.splice(0).map((leadership) => leadership.stop())));

/** reading: what opens its memory waits for. */
function replica(name: string, journal: FaultyJournal, store: LeaseStore, reading: Promise<void> = Promise.resolve()) {
  const { ledger, scheduler } = newLedger(journal, { writer: name }, { isSureToLead: () => lease.isSure() });
  const lease = new Lease({ shard: 0, holder: name, address: `${name}:1`, leaseMs }, store, scheduler);
  let reads = 0;
  const openMemory = async () => {
    reads += 1;
    await reading;
    return undefined;
  };
  const leadership = new Leadership(
    { shard: 0, lookMs: 10, renewMs: 100 },
    { ledger, lease, journal, codec, openMemory, scheduler, log: silent },
  );
  const roles: Role[] = [];
  leadership.onRole((role) => roles.push(role));
  leadership.start();
  replicas.push(leadership);
  return {
    ledger,
    lease,
    leadership,
    scheduler,
    roles,
    /** How often it has read all that there is. */
    get reads() {
      return reads;
    },
  };
}

async function someTurns(count = 60): Promise<void> {
  for (let turns = 0; turns < count; turns++) await turn();
}

/** Whoever goes by the stalling store is silent from now on, until the other's time for its lease is over. */
async function outlast(stalling: StallingLease, { scheduler }: ReturnType<typeof replica>): Promise<void> {
  stalling.stall();
  await someTurns();
  scheduler.time += leaseMs;
  await someTurns();
}

async function bank(): Promise<{ journal: FaultyJournal; store: MemoryLease }> {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  await ledger.stop();
  return { journal, store: new MemoryLease() };
}

test('one replica leads, the other follows and knows where to send calls', async () => {
  const { journal, store } = await bank();
  const a = replica('a', journal, store);
  await someTurns();
  const b = replica('b', journal, store);
  await someTurns();
  expect([a.roles.at(-1), b.roles.at(-1)]).toEqual(['leader', 'standby']);
  expect(b.leadership.leaderAddress).toBe('a:1');
  expect(await transfer(a.ledger, 'k', 1n)).toMatchObject({ kind: 'answered' });
  expect(await transfer(b.ledger, 'k', 1n)).toEqual({ kind: 'unserved', why: 'not_leading' });
});

test('a leader that stops hands over at once, and the next has all that was acknowledged', async () => {
  const { journal, store } = await bank();
  const a = replica('a', journal, store);
  await someTurns();
  const b = replica('b', journal, store);
  await someTurns();
  expect(await transfer(a.ledger, 'k', 10n)).toMatchObject({ kind: 'answered' });
  await a.leadership.stop();
  await someTurns();
  expect(b.roles.at(-1)).toBe('leader');
  expect(await transfer(b.ledger, 'k', 10n)).toMatchObject({ kind: 'answered', replayed: true });
});

test('a leader that falls silent is followed when its lease is over; it finds out, and follows', async () => {
  const { journal, store } = await bank();
  const stalling = new StallingLease(store);
  const a = replica('a', journal, stalling);
  await someTurns();
  const b = replica('b', journal, store);
  await someTurns();
  await outlast(stalling, b);
  expect(b.roles.at(-1)).toBe('leader');
  expect(await transfer(b.ledger, 'k', 10n)).toMatchObject({ kind: 'answered' });
  stalling.goOn();
  await someTurns();
  expect(a.roles).toEqual(['recovering', 'leader', 'recovering', 'standby']);
});

test('who hands over follows with what it has; who lost what it had decided reads the journal anew', async () => {
  const { journal, store } = await bank();
  const stalling = new StallingLease(store);
  const a = replica('a', journal, stalling);
  await someTurns();
  const b = replica('b', journal, store);
  await someTurns();
  expect(await transfer(a.ledger, 'one', 10n)).toMatchObject({ kind: 'answered' });
  a.leadership.handOver();
  await someTurns();
  expect([a.roles.at(-1), b.roles.at(-1)]).toEqual(['standby', 'leader']);
  expect(await transfer(b.ledger, 'two', 10n)).toMatchObject({ kind: 'answered' });
  b.leadership.handOver();
  await someTurns();
  expect([a.roles.at(-1), b.roles.at(-1)]).toEqual(['leader', 'standby']);
  expect(await transfer(a.ledger, 'two', 10n)).toMatchObject({ kind: 'answered', replayed: true });
  expect([a.reads, b.reads]).toEqual([1, 1]);
  // What it decides now is refused by the fence.
  await outlast(stalling, b);
  expect(await transfer(b.ledger, 'three', 10n)).toMatchObject({ kind: 'answered' });
  expect(await transfer(a.ledger, 'three', 11n)).toEqual({ kind: 'unserved', why: 'not_leading' });
  stalling.goOn();
  await someTurns();
  expect([a.roles.at(-1), a.reads]).toEqual(['standby', 2]);
});

test('a lease that ends while a process reads its memory and the journal is its own as soon as it has read', async () => {
  const { journal, store } = await bank();
  const stalling = new StallingLease(store);
  replica('a', journal, stalling);
  await someTurns();
  stalling.stall();
  const memory = Promise.withResolvers<void>();
  const b = replica('b', journal, store, memory.promise);
  await someTurns();
  b.scheduler.time += leaseMs;
  await someTurns();
  expect(b.roles).toEqual(['recovering']);
  memory.resolve();
  await someTurns();
  expect(b.roles).toEqual(['recovering', 'leader']);
  stalling.goOn();
});

test('a deposed leader that has not noticed yet does not answer a read with the past', async () => {
  const journal = new FaultyJournal();
  const { ledger: deposed } = await leadingLedger(journal, {}, { isSureToLead: () => false });
  expect(await getBalance(deposed, 'acc_b', patient)).toMatchObject({ answer: { posted: 0n } });
  const next = await leadingLedger(journal, { writer: 'next' });
  await transfer(next.ledger, 'k', 10n);
  expect(await getBalance(deposed, 'acc_b', patient)).toEqual({ kind: 'unserved', why: 'not_leading' });
});
