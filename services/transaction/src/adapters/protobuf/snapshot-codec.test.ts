import { Checkpoint } from '@ipe/contracts/gen/bank/transaction/v1/snapshot';
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
  const part = { accounts, transactions, ended: ['t0'] };
  expect(codec.decodePart(codec.encodePart(part))).toEqual(part);
});

test('a checkpoint comes back as it was', () => {
  const object = (name: string) => ({ name, chunks: 7, bytes: 2 ** 40, digest: Buffer.alloc(32, name) });
  const checkpoint = {
    shard: 3,
    sequence: 2 ** 40,
    journalHash: 'ab'.repeat(32),
    decidedAt: Date.parse('2026-11-21T12:00:00.123Z'),
    hashKey: Buffer.from('8 bytes.'),
    state: [object('whole'), object('changes')],
    keys: [{ level: 4, data: object('k'), guide: object('kg') }],
    entries: [{ level: 0, data: object('e'), guide: object('eg') }],
  };
  expect(codec.decodeCheckpoint(codec.encodeCheckpoint(checkpoint))).toEqual(checkpoint);
});

test('a checkpoint from before there were parts has one', () => {
  const state = { name: 'state', chunks: 7, bytes: 70n, digest: Buffer.alloc(32) };
  const bytes = Checkpoint.encode({ ...Checkpoint.create({ decidedAt: new Date(0) }), state }).finish();
  expect(codec.decodeCheckpoint(bytes).state).toEqual([{ ...state, bytes: 70 }]);
});
