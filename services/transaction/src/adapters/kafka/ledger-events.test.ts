import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { TransactionEvent } from '@ipe/contracts/gen/bank/events/v1/transaction_event';
import { answerOf, type PaperLedger, purchase, smallBank } from '../../../test/paper-ledger.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { ledgerEvents } from './ledger-events.ts';

function lastRecord(ledger: PaperLedger): LedgerRecord {
  const record = ledger.records.at(-1);
  if (!record) throw new Error('nothing happened');
  return record;
}

test('a capture tells the transaction and both accounts, each under its own key', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.authorize(purchase('p', 100n)));
  ledger.now += 5_000;
  ledger.capture(transactionId);
  const events = ledgerEvents(lastRecord(ledger), ledger.now);
  expect(events.map(({ topic, message }) => [topic, message.key])).toEqual([
    ['bank.transactions.v1', transactionId],
    ['bank.entries.v1', 'acc_card'],
    ['bank.entries.v1', 'acc_shop'],
  ]);
  const [changed, line] = events.map(({ message }) => JSON.parse(message.value));
  expect(changed).toMatchObject({
    status: 'CAPTURED',
    amountCents: '100',
    capturedCents: '100',
    heldCents: '0',
    version: 2,
  });
  expect(line).toMatchObject({ sequence: '3', postedDeltaCents: '-100', heldDeltaCents: '-100', heldCents: '0' });
  expect(TransactionEvent.fromJSON(changed).refundedCents).toBe(0n);
  expect(EntryEvent.fromJSON(line).postedCents).toBe(-100n);
});

test('all states of a transaction carry the time at which it was decided', () => {
  const ledger = smallBank();
  const { transactionId, createdAt } = answerOf(ledger.authorize(purchase('p', 100n)));
  ledger.now += 40 * 86_400_000;
  ledger.expire();
  const [event] = ledgerEvents(lastRecord(ledger), ledger.now);
  expect(event?.message).toMatchObject({ key: transactionId, timestamp: String(createdAt) });
});

test('a record is never stamped ahead of the clock, which Kafka would refuse', () => {
  const ledger = smallBank();
  const anHourAgo = ledger.now - 3_600_000;
  for (const { message } of ledgerEvents(lastRecord(ledger), anHourAgo)) {
    expect(message.timestamp).toBe(String(anHourAgo));
  }
});

test('a reversal tells the reversal and the transfer that it mends', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.transfer('acc_ana', 'acc_shop', 5n));
  ledger.reverse(transactionId);
  const events = ledgerEvents(lastRecord(ledger), ledger.now).map(({ message }) => JSON.parse(message.value));
  expect(events.map(({ status, kind }) => status ?? kind)).toEqual(['POSTED', 'REVERSED', 'REVERSAL', 'REVERSAL']);
});

test('an authorisation called off before it arrived is no event', () => {
  const ledger = smallBank();
  ledger.cancel('p');
  expect(ledgerEvents(lastRecord(ledger), ledger.now)).toEqual([]);
});

test('events of different facts have different ids, and the same fact the same', () => {
  const ledger = smallBank();
  ledger.capture(answerOf(ledger.authorize(purchase('p', 100n))).transactionId);
  const ids = () =>
    ledger.records
      .flatMap((record) => ledgerEvents(record, ledger.now))
      .map(({ topic, message }) => `${topic} ${message.headers?.['ce_id']}`);
  expect(new Set(ids()).size).toBe(ids().length);
  expect(ids()).toEqual(ids());
});
