import { cents } from '@ipe/money/cents';
import { codec } from '../../../test/live-ledger.ts';
import { answerOf, smallBank } from '../../../test/paper-ledger.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { deliveriesIn } from './courier.ts';

const route = { from: 0, to: 1 };
const header = { shard: 0, sequence: 7, writer: 'w', batchId: 'b', previousHash: '', decidedAt: 0 };

/** A transfer that goes to shard 1, as it stands in memory just after it was decided. */
function remitting(metadata: Record<string, string>): LedgerRecord {
  const bank = smallBank();
  answerOf(bank.transfer('acc_ana', 'acc_shop', 5n, undefined, { metadata }));
  const record = bank.records.at(-1);
  if (record?.change.kind !== 'transaction') throw new Error('a transfer is one');
  const line = { accountId: 'acc_x', counterpartyAccountId: 'acc_ana', kind: 'TRANSFER', currency: 'BRL' } as const;
  const remittances = [{ shard: 1, postings: [{ ...line, posted: cents(5n) }], reservationIds: [] }];
  return { ...record, change: { ...record.change, remittances } };
}

test.each([
  ['without metadata', {}],
  ['with metadata', { pedido: '17' }],
])('the parts of a batch %s are the same when it is read back', (_what, metadata) => {
  const records = Array.from({ length: 400 }, () => remitting(metadata));
  const encoded = codec.encodeBatch(
    header,
    records.map((record) => codec.encodeRecord(record)),
  );
  const sizes = (deliveries: ReturnType<typeof deliveriesIn>) => deliveries.map(({ items }) => items.length);
  const committed = sizes(deliveriesIn({ ...encoded, records }, route));
  expect(committed.length).toBeGreaterThan(1);
  expect(committed.reduce((sum, count) => sum + count, 0)).toBe(400);
  expect(sizes(deliveriesIn(codec.decodeBatch(encoded.bytes), route))).toEqual(committed);
});
