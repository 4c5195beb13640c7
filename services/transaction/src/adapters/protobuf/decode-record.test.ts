import { smallBank } from '../../../test/paper-ledger.ts';
import { ProtobufJournalCodec } from './journal-codec.ts';

test('one record of a batch is what it is among all of them, and behind the last there is none', () => {
  const codec = new ProtobufJournalCodec();
  const { records } = smallBank();
  const header = { shard: 3, sequence: 900, writer: 'w', batchId: 'b', previousHash: 'ab', decidedAt: 1 };
  const encoded = records.map((record) => codec.encodeRecord(record));
  const { bytes } = codec.encodeBatch(header, encoded);
  expect(records.map((_, index) => codec.decodeRecord(bytes, index))).toEqual(records);
  expect(codec.decodeRecord(bytes, records.length)).toBe(undefined);
});
