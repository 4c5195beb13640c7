import { cents } from '@ipe/money/cents';
import {
  codec,
  durablePosted,
  FaultyJournal,
  leadingLedger,
  newLedger,
  patient,
  strangerAfter,
  takeOver,
  transfer,
  turn,
} from '../../test/live-ledger.ts';
import { scope } from '../../test/paper-ledger.ts';
import { getBalance } from './get-balance.ts';
import { findTransaction, getTransaction } from './get-transaction.ts';
import { recover } from './recover.ts';
import { taskOf } from './task.ts';

function transferTask(key: string, fromAccountId = 'acc_a') {
  const amount = cents(1n);
  const accounts = { fromAccountId, toAccountId: 'acc_b' };
  return taskOf({ kind: 'transfer', idempotency: scope(key), ...accounts, amount, currency: 'BRL', description: '' });
}

function refusedTransfer(key: string) {
  return transferTask(key, 'acc_nobody');
}

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  for (let turns = 0; turns < 5; turns++) await turn();
  return Promise.race([promise.then(() => true), turn().then(() => false)]);
}

test('answers nothing before it has read its journal', async () => {
  const { ledger } = newLedger(new FaultyJournal());
  expect(await transfer(ledger, 'k', 1n)).toEqual({ kind: 'unserved', why: 'not_leading' });
});

test('an answer leaves only once its record is durable', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  journal.hold();
  const reply = transfer(ledger, 'k', 100n);
  expect(await isSettled(reply)).toBe(false);
  expect(await durablePosted(journal, 'acc_b')).toBe(0n);
  journal.release();
  expect(await reply).toMatchObject({ kind: 'answered', replayed: false });
  expect(await durablePosted(journal, 'acc_b')).toBe(100n);
});

test('a refusal, a replay and a read wait for the records that they were decided on', async () => {
  const journal = new FaultyJournal();
  const { ledger, metrics } = await leadingLedger(journal);
  journal.hold();
  const first = transfer(ledger, 'k', 100_000n);
  const refusal = transfer(ledger, 'more', 1n);
  const replay = transfer(ledger, 'k', 100_000n);
  const read = getBalance(ledger, 'acc_b', patient);
  for (const reply of [refusal, replay, read]) expect(await isSettled(reply)).toBe(false);
  journal.release();
  expect(await refusal).toMatchObject({ refusal: 'insufficient_funds' });
  expect(await replay).toEqual({ ...(await first), replayed: true });
  expect(await read).toMatchObject({ answer: { posted: 100_000n } });
  expect(metrics.replays).toBe(1);
});

test('while one batch is on its way the next one gathers, and shares one append', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const before = journal.appended.length;
  journal.hold();
  const first = transfer(ledger, 'first', 1n);
  await turn();
  const others = Array.from({ length: 50 }, (_, index) => transfer(ledger, `k${index}`, 1n));
  journal.release();
  await Promise.all([first, ...others]);
  const sizes = journal.appended.slice(before).map(({ bytes }) => codec.decodeBatch(bytes).records.length);
  expect(sizes).toEqual([1, 50]);
});

test('calls of the same turn share the first batch', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const before = journal.appended.length;
  await Promise.all([transfer(ledger, 'a', 1n), transfer(ledger, 'b', 1n), transfer(ledger, 'c', 1n)]);
  expect(journal.appended).toHaveLength(before + 1);
});

/** So many transfers, each a turn after the one before it, as they come over a busy connection. */
async function oneATurn(count: number, bring: (nth: number) => void): Promise<void> {
  for (let nth = 0; nth < count; nth++) {
    // Begun first: the next one comes before whoever waits for the turn because of this one.
    const next = turn();
    bring(nth);
    await next;
  }
}

test('a batch gathers as long as each turn brings more, and goes at the first that does not', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const before = journal.appended.length;
  const replies: Array<Promise<unknown>> = [];
  await oneATurn(5, (nth) => replies.push(transfer(ledger, `k${nth}`, 1n)));
  await Promise.all(replies);
  expect(journal.appended.slice(before)).toHaveLength(1);
  await transfer(ledger, 'alone', 1n);
  expect(journal.appended.slice(before)).toHaveLength(2);
});

test('a batch goes after its time, though each turn brings more, and at once when it is full', async () => {
  const journal = new FaultyJournal();
  const { ledger, scheduler } = await leadingLedger(journal, { maxBatchRecords: 8 });
  const before = journal.appended.length;
  const replies: Array<Promise<unknown>> = [];
  await oneATurn(5, (nth) => {
    scheduler.time += 10;
    replies.push(transfer(ledger, `slow-${nth}`, 1n));
  });
  await oneATurn(10, (nth) => replies.push(transfer(ledger, `quick-${nth}`, 1n)));
  await Promise.all(replies);
  const sizes = journal.appended.slice(before).map(({ bytes }) => codec.decodeBatch(bytes).records.length);
  expect(sizes[0]).toBeLessThan(5);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
});

test('a full batch closes, and ids still tell where each record lies', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal, { maxBatchRecords: 3 });
  const replies = await Promise.all(Array.from({ length: 8 }, (_, index) => transfer(ledger, `k${index}`, 1n)));
  expect(replies.every(({ kind }) => kind === 'answered')).toBe(true);
  const { state } = await recover(journal, codec, 0);
  for (const batch of journal.appended) {
    for (const { change } of codec.decodeBatch(batch.bytes).records) {
      if (change.kind === 'transaction')
        expect(state.transactions.has(change.transactions[0].transactionId)).toBe(true);
    }
  }
  expect(journal.appended.at(-1)?.header.sequence).toBe(journal.appended.length);
});

test('a batch that has as many bytes as an item may hold takes no more', async () => {
  const journal = new FaultyJournal();
  const maxBatchBytes = 3_000;
  const { ledger } = await leadingLedger(journal, { maxBatchBytes });
  const before = journal.appended.length;
  const replies = await Promise.all(Array.from({ length: 40 }, (_, nth) => transfer(ledger, `k${nth}`, 1n)));
  expect(replies.every(({ kind }) => kind === 'answered')).toBe(true);
  const sizes = journal.appended.slice(before).map(({ bytes }) => bytes.length);
  const oneRecord = 1_000;
  expect(Math.max(...sizes)).toBeLessThan(maxBatchBytes + oneRecord);
  expect(sizes.length).toBeLessThan(40);
});

test('what must be together and does not fit into one batch is not done, and leaves nothing behind', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal, { maxBatchBytes: 3_000 });
  const before = journal.appended.length;
  const together = (name: string, count: number) =>
    ledger.executeTogether(
      patient,
      Array.from({ length: count }, (_, nth) => transferTask(`${name}-${nth}`)),
    );
  expect(await together('many', 40)).toEqual({ done: false, replies: [{ kind: 'unserved', why: 'too_large' }] });
  expect(journal.appended).toHaveLength(before);
  expect(await together('few', 2)).toMatchObject({ done: true });
  expect(await durablePosted(journal, 'acc_b')).toBe(2n);
});

test('twenty at once with one key: one effect, one answer', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const replies = await Promise.all(Array.from({ length: 20 }, () => transfer(ledger, 'k', 10n)));
  const answers = replies.map((reply) => (reply.kind === 'answered' ? reply.answer.transactionId : reply.kind));
  expect(new Set(answers).size).toBe(1);
  expect(replies.filter((reply) => reply.kind === 'answered' && reply.replayed)).toHaveLength(19);
  expect(await durablePosted(journal, 'acc_b')).toBe(10n);
});

test('an append whose answer was lost is recognised, and not made twice', async () => {
  const journal = new FaultyJournal();
  const { ledger, metrics } = await leadingLedger(journal);
  journal.faults.push('lost_after');
  expect(await transfer(ledger, 'k', 10n)).toMatchObject({ kind: 'answered' });
  expect(await durablePosted(journal, 'acc_b')).toBe(10n);
  expect(metrics.failures).toBe(1);
});

test('an append that never arrived is made again, until it is there', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  journal.faults.push('lost_before', 'lost_before', 'lost_before');
  expect(await transfer(ledger, 'k', 10n)).toMatchObject({ kind: 'answered' });
  expect(await durablePosted(journal, 'acc_b')).toBe(10n);
});

test('a store that lost its last write gets it back after the connection broke', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  await transfer(ledger, 'acknowledged', 10n);
  const last = journal.appended.at(-1);
  if (!last) throw new Error('nothing was appended');
  journal.store.forget(last.header);
  journal.faults.push('lost_before');
  expect(await transfer(ledger, 'next', 5n)).toMatchObject({ kind: 'answered' });
  expect(await durablePosted(journal, 'acc_b')).toBe(15n);
});

test('who loses the race drops what is not durable, reads on, and serves again', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  journal.hold();
  const first = transfer(ledger, 'first', 10n);
  await turn();
  const gathered = transfer(ledger, 'gathered', 10n);
  journal.faults.push('race');
  journal.release();
  expect(await first).toEqual({ kind: 'unserved', why: 'not_leading' });
  expect(await gathered).toEqual({ kind: 'unserved', why: 'not_leading' });
  for (let turns = 0; turns < 20; turns++) await turn();
  expect(await getBalance(ledger, 'acc_b', patient)).toMatchObject({ answer: { posted: 0n } });
  expect(await transfer(ledger, 'first', 10n)).toMatchObject({ kind: 'answered', replayed: false });
  expect(await durablePosted(journal, 'acc_b')).toBe(10n);
});

test('a batch that lands after its leader gave it up is found again: the key gives the first answer', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  journal.hold();
  const reply = transfer(ledger, 'k', 10n);
  await turn();
  await turn();
  await ledger.stop();
  expect(await reply).toEqual({ kind: 'unserved', why: 'not_leading' });
  journal.release();
  for (let turns = 0; turns < 5; turns++) await turn();
  const next = newLedger(journal);
  await takeOver(next.ledger, journal);
  expect(await transfer(next.ledger, 'k', 10n)).toMatchObject({ kind: 'answered', replayed: true });
  expect(await durablePosted(journal, 'acc_b')).toBe(10n);
});

test('a new process has the same state to the last bit, and goes on', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  await transfer(ledger, 'k', 10n);
  const before = ledger.peek((state) => state);
  const next = newLedger(journal);
  await takeOver(next.ledger, journal);
  expect(next.ledger.peek((state) => state)).toEqual(before);
  expect(await transfer(next.ledger, 'other', 10n)).toMatchObject({ kind: 'answered', replayed: false });
});

test('of two leaders who both believe it, one alone appends', async () => {
  const journal = new FaultyJournal();
  const one = await leadingLedger(journal);
  const other = newLedger(journal);
  await takeOver(other.ledger, journal);
  const replies = await Promise.all([transfer(one.ledger, 'one', 60_000n), transfer(other.ledger, 'other', 60_000n)]);
  expect(replies.map(({ kind }) => kind).sort()).toEqual(['answered', 'unserved']);
  expect(await durablePosted(journal, 'acc_b')).toBe(60_000n);
});

test('before its first batch a leader does not rely on its lease: who led until now may still append', async () => {
  const journal = new FaultyJournal();
  const { ledger: old } = await leadingLedger(journal);
  const { ledger } = newLedger(journal, { writer: 'next' });
  let losses = 0;
  ledger.lead(await recover(journal, codec, 0), () => {
    losses += 1;
  });
  expect(await transfer(old, 'k', 100n)).toMatchObject({ kind: 'answered' });
  expect(await getBalance(ledger, 'acc_b', patient)).toEqual({ kind: 'unserved', why: 'not_leading' });
  expect(losses).toBe(1);
});

test('many at once that change nothing look at the journal once, and its failure is theirs to hear', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal, {}, { isSureToLead: () => false });
  const refused = () =>
    ledger.executeEach(
      patient,
      Array.from({ length: 20 }, (_, at) => refusedTransfer(`none-${at}`)),
    );
  let reads = 0;
  const read = journal.readOne.bind(journal);
  journal.readOne = (...args) => {
    reads += 1;
    return read(...args);
  };
  for (const reply of await refused()) expect(reply).toMatchObject({ refusal: 'account_not_found' });
  expect(reads).toBe(1);
  const alone = Array.from({ length: 20 }, (_, at) => ledger.execute(patient, refusedTransfer(`alone-${at}`)));
  for (const reply of await Promise.all(alone)) expect(reply).toMatchObject({ refusal: 'account_not_found' });
  expect(reads).toBe(2);
  journal.readOne = () => Promise.reject(new Error('throttled'));
  await expect(refused()).rejects.toThrow('throttled');
});

test('a batch that was on its way when a read came is no proof that its writer leads still', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal, {}, { isSureToLead: () => false });
  const append = journal.append.bind(journal);
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  journal.append = async (batch) => {
    const result = await append(batch);
    // It is there, and another leader writes behind it, before its writer hears of it.
    await journal.store.append(strangerAfter(batch));
    await told;
    return result;
  };
  const written = transfer(ledger, 'k', 10n);
  await turn();
  const read = ledger.execute(patient, refusedTransfer('read'));
  tell();
  expect(await written).toMatchObject({ replayed: false });
  expect(await read).toEqual({ kind: 'unserved', why: 'not_leading' });
});

test('work whose deadline has passed is not begun', async () => {
  const journal = new FaultyJournal();
  const { ledger, scheduler } = await leadingLedger(journal);
  const call = { deadline: scheduler.time, traceparent: '' };
  expect(await transfer(ledger, 'k', 10n, { call })).toEqual({ kind: 'unserved', why: 'deadline_exceeded' });
  expect(await transfer(ledger, 'k', 10n)).toMatchObject({ replayed: false });
});

test('a queue past its bound takes no more', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal, { maxQueuedRecords: 20 });
  journal.hold();
  const taken = Array.from({ length: 20 }, (_, index) => transfer(ledger, `k${index}`, 1n));
  expect(await transfer(ledger, 'late', 1n)).toEqual({ kind: 'unserved', why: 'queue_full' });
  journal.release();
  expect(new Set((await Promise.all(taken)).map(({ kind }) => kind))).toEqual(new Set(['answered']));
  expect(await transfer(ledger, 'late', 1n)).toMatchObject({ kind: 'answered' });
});

test('stopping takes no more commands, and ends when those taken are durable', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const taken = transfer(ledger, 'k', 10n);
  const stopped = ledger.stop();
  expect(await transfer(ledger, 'late', 10n)).toEqual({ kind: 'unserved', why: 'not_leading' });
  await stopped;
  expect(await taken).toMatchObject({ kind: 'answered' });
});

test('finds what became of a write by its key, and a transaction by its id', async () => {
  const { ledger } = await leadingLedger(new FaultyJournal());
  const reply = await transfer(ledger, 'k', 10n);
  if (reply.kind !== 'answered') throw new Error('the transfer was not answered');
  const { transactionId } = reply.answer;
  expect(await findTransaction(ledger, { caller: 'shop', key: 'k' }, patient)).toMatchObject({
    answer: { transactionId },
  });
  expect(await getTransaction(ledger, transactionId, patient)).toMatchObject({ answer: { transactionId } });
  for (const key of ['unknown', 'acc_a']) {
    expect(await findTransaction(ledger, { caller: 'shop', key }, patient)).toMatchObject({
      refusal: 'transaction_not_found',
    });
  }
});

test('a journal with a batch missing or exchanged is not led', async () => {
  const journal = new FaultyJournal();
  await leadingLedger(journal);
  const [, second] = journal.appended;
  if (!second) throw new Error('too few batches');
  journal.store.forget(second.header);
  await journal.store.append(codec.encodeBatch({ ...second.header, previousHash: 'ab', batchId: 'forged' }, []));
  await expect(recover(journal, codec, 0)).rejects.toThrow('does not follow');
});
