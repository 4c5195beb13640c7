import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { TransactionEvent } from '@ipe/contracts/gen/bank/events/v1/transaction_event';
import {
  answerOf,
  bankWithChart,
  type PaperLedger,
  type PaperLine,
  purchase,
  scope,
  smallBank,
} from '../../../test/paper-ledger.ts';
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

test('a posting tells its lines, template, and what its caller said of it', () => {
  const ledger = bankWithChart();
  const first = answerOf(ledger.transfer('acc_ana', 'acc_shop', 1n));
  const said = { metadata: { e2e: 'E1' }, effectiveAt: 1_000, followsTransactionId: first.transactionId };
  ledger.postByTemplate('pix_out', { payer: 'acc_ana' }, { amount: 100n, fee: 1n }, scope('k'), said);
  const [posting, ...entries] = ledgerEvents(lastRecord(ledger), ledger.now).map(({ message }) =>
    JSON.parse(message.value),
  );
  expect(posting).toMatchObject({
    kind: 'POSTING',
    template: 'pix_out',
    amountCents: '101',
    reversedCents: '0',
    metadata: { e2e: 'E1' },
    effectiveAt: '1970-01-01T00:00:01.000Z',
    followsTransactionId: first.transactionId,
    lines: [
      { accountId: 'acc_ana', amountCents: '-100', currency: 'BRL' },
      { accountId: 'system:settlement:pix', amountCents: '100' },
      { accountId: 'acc_ana', amountCents: '-1' },
      { accountId: 'system:fees', amountCents: '1' },
    ],
  });
  expect(TransactionEvent.fromJSON(posting).lines[0]?.reversedCents).toBe(0n);
  expect(entries).toHaveLength(4);
  for (const entry of entries) {
    expect(entry).toMatchObject({ kind: 'POSTING', description: 'produto', transactionStatus: 'POSTED' });
    expect(EntryEvent.fromJSON(entry).counterpartyAccountId).toBe('');
  }
});

test('each entry of a posting of several currencies is told in its own', () => {
  const ledger = smallBank();
  const lines: PaperLine[] = [
    ['acc_ana', -5n],
    ['acc_shop', 5n],
    ['acc_points', -7n],
    ['acc_more_points', 7n],
  ];
  ledger.open('acc_points', 10n, 'LIABILITY', 'PONTOS/0');
  ledger.open('acc_more_points', 0n, 'LIABILITY', 'PONTOS/0');
  const { transactionId } = answerOf(ledger.post(lines));
  const currencies = () =>
    ledgerEvents(lastRecord(ledger), ledger.now)
      .filter(({ topic }) => topic === 'bank.entries.v1')
      .map(({ message }) => JSON.parse(message.value).currency);
  expect(currencies()).toEqual(['BRL', 'BRL', 'PONTOS/0', 'PONTOS/0']);
  ledger.reverse(transactionId);
  expect(currencies()).toEqual(['PONTOS/0', 'PONTOS/0', 'BRL', 'BRL']);
});

test('a reversal in part is told of the original, with what is mended so far', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.transfer('acc_ana', 'acc_shop', 5n));
  ledger.reverse(transactionId, 2n);
  const [, original] = ledgerEvents(lastRecord(ledger), ledger.now).map(({ message }) => JSON.parse(message.value));
  expect(original).toMatchObject({ transactionId, status: 'PARTIALLY_REVERSED', reversedCents: '2', version: 2 });
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
