import { AccountLedger } from '../../test/account-ledger.ts';
import { MemoryBook } from '../../test/memory-book.ts';
import { PolledChanges } from '../adapters/feed/polled-changes.ts';
import type { Entry } from '../domain/entry.ts';
import type { Line } from '../domain/line.ts';
import { RecordEntries } from './record-entries.ts';
import { type WatchedAccount, WatchLines } from './watch-lines.ts';

const book = () => new MemoryBook();

/** A statement with one watcher, who is told within the process unless `replica` is set. */
function watched(
  accounts: readonly WatchedAccount[],
  { memory = book(), replica = false, pollMs = 60_000, read = () => Promise.resolve() } = {},
) {
  const changes = new PolledChanges(memory, pollMs);
  const elsewhere = new PolledChanges(memory, 60_000);
  const recordEntries = new RecordEntries(memory, replica ? elsewhere : changes);
  const gone = new AbortController();
  const seen: Line[] = [];
  const watching = Promise.withResolvers<void>();
  const lines = new WatchLines(memory, changes).execute(accounts, gone.signal, () => watching.resolve());
  const done = (async () => {
    for await (const line of lines) {
      seen.push(line);
      await read();
    }
  })();
  return {
    seen,
    shown: () => seen.map(({ sequence, status }) => `${sequence} ${status}`),
    ready: watching.promise,
    record: (entries: readonly Entry[]) => recordEntries.execute(entries),
    async settled() {
      for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    },
    async leave() {
      gone.abort();
      await done;
      changes.onApplicationShutdown();
    },
  };
}

test('a watcher from now on sees nothing old, each new line, and each change of one', async () => {
  const account = new AccountLedger('acc_1');
  account.transfer(500n);
  const memory = book();
  await new RecordEntries(memory, new PolledChanges(memory, 60_000)).execute(account.entries);
  const watcher = watched([{ accountId: 'acc_1', afterSequence: undefined }], { memory });
  await watcher.ready;
  const purchase = account.hold(200n);
  await watcher.record(account.entries.slice(2));
  await watcher.settled();
  purchase.capture(200n);
  await watcher.record(account.entries.slice(3));
  await watcher.settled();
  expect(watcher.shown()).toEqual(['3 pending', '4 posted']);
  await watcher.leave();
});

test('a watcher with a cursor gets what came after it, each line once, as it is now', async () => {
  const account = new AccountLedger('acc_1');
  account.transfer(500n);
  const first = account.hold(200n);
  account.transfer(-50n);
  first.capture(200n);
  const memory = book();
  await new RecordEntries(memory, new PolledChanges(memory, 60_000)).execute(account.entries);
  const watcher = watched([{ accountId: 'acc_1', afterSequence: 2n }], { memory });
  await watcher.ready;
  await watcher.settled();
  expect(watcher.shown()).toEqual(['4 posted', '5 posted']);
  await watcher.leave();
});

test('a capture in part changes two lines; a watcher who comes back from its sequence gets both, as one may be missing', async () => {
  const account = new AccountLedger('acc_1');
  const purchase = account.hold(200n);
  purchase.capture(50n);
  const memory = book();
  await new RecordEntries(memory, new PolledChanges(memory, 60_000)).execute(account.entries);
  for (const afterSequence of [0n, 2n, 3n]) {
    const watcher = watched([{ accountId: 'acc_1', afterSequence }], { memory });
    await watcher.ready;
    await watcher.settled();
    expect(watcher.shown()).toEqual(['3 posted', '3 pending']);
    await watcher.leave();
  }
});

test('entries beyond a gap wait, and come in order, none lost and none twice, when it closes', async () => {
  const account = new AccountLedger('acc_1');
  for (let n = 1n; n <= 5n; n += 1n) account.transfer(n);
  const [opened, one, two, ...rest] = account.entries;
  const watcher = watched([{ accountId: 'acc_1', afterSequence: 0n }]);
  await watcher.ready;
  await watcher.record([opened, one].flatMap((entry) => entry ?? []));
  await watcher.settled();
  await watcher.record(rest);
  await watcher.settled();
  expect(watcher.shown()).toEqual(['2 posted']);
  await watcher.record([two].flatMap((entry) => entry ?? []));
  await watcher.settled();
  expect(watcher.shown()).toEqual(['2 posted', '3 posted', '4 posted', '5 posted', '6 posted']);
  await watcher.leave();
});

test('several accounts are watched by one stream', async () => {
  const one = new AccountLedger('acc_1');
  const two = new AccountLedger('acc_2');
  one.transfer(100n);
  two.transfer(-100n);
  const watcher = watched([
    { accountId: 'acc_1', afterSequence: undefined },
    { accountId: 'acc_2', afterSequence: undefined },
  ]);
  await watcher.ready;
  await watcher.record([...one.entries, ...two.entries]);
  await watcher.settled();
  expect(watcher.seen.map(({ key, amount }) => [key.accountId, amount])).toEqual([
    ['acc_1', 100n],
    ['acc_2', -100n],
  ]);
  await watcher.leave();
});

test('what is written here is shown without a look at the book, unless the watcher lacks what came before', async () => {
  const account = new AccountLedger('acc_1');
  const purchase = account.hold(200n);
  const memory = book();
  const reading = Promise.withResolvers<void>();
  const watcher = watched([{ accountId: 'acc_1', afterSequence: 0n }], { memory, read: () => reading.promise });
  await watcher.ready;
  await watcher.settled();
  let looks = 0;
  const { movements } = memory;
  memory.movements = (...query) => {
    looks += 1;
    return movements.apply(memory, query);
  };
  await watcher.record(account.entries);
  await watcher.settled();
  purchase.capture(50n);
  account.transfer(10n);
  // Told of twice while the watcher is still at the line before.
  await watcher.record(account.entries.slice(2, 3));
  await watcher.record(account.entries.slice(3));
  await watcher.settled();
  expect(watcher.shown()).toEqual(['2 pending']);
  reading.resolve();
  await watcher.settled();
  expect(watcher.shown()).toEqual(['2 pending', '3 posted', '3 pending', '4 posted']);
  expect(looks).toBe(0);
  account.transfer(20n);
  account.transfer(30n);
  const [before, after] = account.entries.slice(4);
  await watcher.record(after ? [after] : []);
  await watcher.record(before ? [before] : []);
  await watcher.settled();
  expect(watcher.shown().slice(4)).toEqual(['5 posted', '6 posted']);
  expect(looks).toBe(1);
  await watcher.leave();
});

test('what another replica writes is found by looking', async () => {
  const account = new AccountLedger('acc_1');
  account.transfer(100n);
  const watcher = watched([{ accountId: 'acc_1', afterSequence: undefined }], { replica: true, pollMs: 20 });
  await watcher.ready;
  await watcher.record(account.entries);
  await watcher.settled();
  expect(watcher.shown()).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(watcher.shown()).toEqual(['2 posted']);
  await watcher.leave();
});

test('a watcher who leaves is forgotten, and nobody is looked for any more', async () => {
  const memory = book();
  let looks = 0;
  const positions = memory.positions.bind(memory);
  memory.positions = (accountIds) => {
    looks += 1;
    return positions(accountIds);
  };
  const watcher = watched([{ accountId: 'acc_1', afterSequence: 0n }], { memory, pollMs: 5 });
  await watcher.ready;
  await watcher.leave();
  const before = looks;
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(looks - before).toBeLessThanOrEqual(1);
});
