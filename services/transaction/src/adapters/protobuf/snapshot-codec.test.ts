import { purchase, smallBank } from '../../../test/paper-ledger.ts';
import { ProtobufSnapshotCodec } from './snapshot-codec.ts';

const codec = new ProtobufSnapshotCodec();

test('accounts and open holds come back as they were, of several currencies', () => {
  const bank = smallBank();
  bank.open('acc_points', 500n, 'LIABILITY', 'PONTOS/0');
  bank.change('acc_shop', { status: 'FROZEN' });
  bank.authorize(purchase('k', 100n));
  const accounts = [...bank.state.accounts.values()];
  const transactions = [...bank.state.transactions.values()];
  expect(codec.decodePart(codec.encodePart({ accounts, transactions }))).toEqual({ accounts, transactions });
});

test('a checkpoint comes back as it was', () => {
  const object = (name: string) => ({ name, chunks: 7, bytes: 2 ** 40, digest: Buffer.alloc(32, name) });
  const checkpoint = {
    shard: 3,
    sequence: 2 ** 40,
    journalHash: 'ab'.repeat(32),
    decidedAt: Date.parse('2026-11-21T12:00:00.123Z'),
    hashKey: Buffer.from('8 bytes.'),
    state: object('state'),
    keys: [{ level: 4, data: object('k'), guide: object('kg') }],
    entries: [{ level: 0, data: object('e'), guide: object('eg') }],
  };
  expect(codec.decodeCheckpoint(codec.encodeCheckpoint(checkpoint))).toEqual(checkpoint);
});
