import { JournalBatch, JournalRecord } from '@ipe/contracts/gen/bank/transaction/v1/journal';
import { cents } from '@ipe/money/cents';
import { answerOf, bankWithChart, PaperLedger, purchase, scope } from '../../../test/paper-ledger.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { ProtobufJournalCodec } from './journal-codec.ts';

const codec = new ProtobufJournalCodec();
const header = {
  shard: 3,
  sequence: 42,
  writer: 'host/1',
  batchId: 'b-1',
  previousHash: 'ab'.repeat(32),
  decidedAt: Date.parse('2026-11-21T12:00:00.123Z'),
};

/** One record of every kind. */
function everyKind(): readonly LedgerRecord[] {
  const ledger = bankWithChart();
  ledger.change('acc_ana', { limit: cents(5n), status: 'FROZEN' });
  ledger.change('acc_ana', { status: 'ACTIVE' });
  ledger.change('acc_ana', { status: 'ACTIVE' });
  ledger.cancel('never-arrived');
  const { transactionId } = answerOf(ledger.authorize(purchase('p', 100n)));
  ledger.capture(transactionId, 60n, true);
  ledger.refund(transactionId, 10n);
  ledger.authorize(purchase('declined', 99_999_999n));
  ledger.void(answerOf(ledger.authorize(purchase('q', 1n))).transactionId);
  const transfer = answerOf(ledger.transfer('acc_ana', 'acc_shop', 7n));
  ledger.reverse(transfer.transactionId, 3n);
  ledger.reverse(transfer.transactionId);
  const hold = answerOf(ledger.hold('acc_ana', 'acc_shop', 9n, { metadata: { mesa: '4' } }));
  ledger.increment(hold.transactionId, 1n);
  const said = {
    metadata: { pedido: 'ção', '': '' },
    effectiveAt: Date.parse('2026-10-01T00:00:00.001Z'),
    followsTransactionId: transfer.transactionId,
  };
  const posting = ledger.postByTemplate('pix_out', { payer: 'acc_ana' }, { amount: 8n, fee: 1n }, scope('pix'), said);
  ledger.reverse(answerOf(posting).transactionId, [
    ['system:fees', -1n],
    ['acc_ana', 1n],
  ]);
  ledger.change('acc_shop', { status: 'FROZEN_FOR_CREDIT' });
  ledger.change('acc_shop', { status: 'FROZEN_FOR_ALL' });
  return [...ledger.records, ...acrossShards(ledger)];
}

/** Records as they are where money goes to another shard, and where it comes from one. */
function acrossShards({ records }: PaperLedger): LedgerRecord[] {
  const last = records.findLast(({ change }) => change.kind === 'transaction');
  if (last?.change.kind !== 'transaction') throw new Error('there is one');
  const { change } = last;
  const [first] = change.transactions;
  const line = { accountId: 'acc_x', counterpartyAccountId: 'acc_ana', kind: 'TRANSFER', currency: 'BRL' } as const;
  const remittances = [
    { shard: 2, postings: [{ ...line, posted: cents(-5n) }], reservationIds: ['t02000000001000'] },
    { shard: 1, postings: [{ ...line, posted: cents(5n) }], reservationIds: [] },
  ];
  const remitting = { ...first, kind: 'RESERVATION', reservationIds: ['t02000000001000'] } as const;
  return [
    { ...last, change: { ...change, transactions: [remitting], remittances } },
    { ...last, change: { ...change, transactions: [{ ...first, kind: 'BETWEEN_SHARDS' }], delivered: [first] } },
  ];
}

test('a batch comes back as it was, with the hash of its bytes', () => {
  const records = everyKind();
  const encoded = codec.encodeBatch(
    header,
    records.map((record) => codec.encodeRecord(record)),
  );
  expect(codec.decodeBatch(encoded.bytes)).toEqual({ ...encoded, records });
});

test('its bytes are what any reader of the contract takes them for', () => {
  const encoded = everyKind().map((record) => codec.encodeRecord(record));
  const { bytes } = codec.encodeBatch(header, encoded);
  const message = JournalBatch.decode(bytes);
  expect(message).toMatchObject({ shard: 3, sequence: 42n, writer: 'host/1', batchId: 'b-1' });
  expect(message.records).toEqual(encoded.map((record) => JournalRecord.decode(record)));
  expect(Buffer.from(JournalBatch.encode(message).finish()).equals(Buffer.from(bytes))).toBe(true);
});

test('a record of a kind that is not known is refused, not skipped', () => {
  const unknown = JournalRecord.encode(JournalRecord.fromPartial({ decidedAt: new Date(0) })).finish();
  const { bytes } = codec.encodeBatch(header, [unknown]);
  expect(() => codec.decodeBatch(bytes)).toThrow('not known');
});

test('the largest balances fit', () => {
  const ledger = new PaperLedger();
  ledger.open('system:cash', 4_000_000_000_000_000_000n);
  ledger.open('acc_rich');
  ledger.transfer('system:cash', 'acc_rich', 4_000_000_000_000_000_000n);
  const encoded = ledger.records.map((record) => codec.encodeRecord(record));
  expect(codec.decodeBatch(codec.encodeBatch(header, encoded).bytes).records).toEqual(ledger.records);
});

test('a transaction that says nothing more than it must costs the journal nothing more', () => {
  const ledger = bankWithChart();
  ledger.transfer('acc_ana', 'acc_shop', 1n, scope('k'));
  const [message] = ledger.records
    .slice(-1)
    .map((record) => JournalRecord.decode(codec.encodeRecord(record)).transactionChange?.transactions[0]);
  const { lines, metadata, template, reversedCents, effectiveAt, followsTransactionId } = message ?? {};
  const nothing = [[], {}, '', 0n, undefined, ''];
  expect([lines, metadata, template, reversedCents, effectiveAt, followsTransactionId]).toEqual(nothing);
});
