import { homeOf, shardOfTransaction } from './home-of.ts';
import { shardOf, systemAccountAt } from './shard-of.ts';
import { transactionId } from './transaction-id.ts';

test('an account is at the same shard for good', () => {
  // The FNV-1a hashes of these texts, as its authors publish them: "" 811c9dc5, "a" e40c292c, "foobar" bf9cf968.
  expect(shardOf('', 1_000)).toBe(0x811c9dc5 % 1_000);
  expect(shardOf('a', 1_000)).toBe(0xe40c292c % 1_000);
  expect(shardOf('foobar', 1_000)).toBe(0xbf9cf968 % 1_000);
});

test('accounts are spread over all shards alike', () => {
  const counts = new Array<number>(8).fill(0);
  for (let number = 0; number < 8_000; number++) {
    const shard = shardOf(`acc_${number}`, 8);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test("the bank's own accounts are at the shard that their id ends with, and at shard 0 without", () => {
  expect(shardOf('system:cash', 4)).toBe(0);
  expect(shardOf(systemAccountAt('system:settlement:pix', 3), 4)).toBe(3);
  expect(systemAccountAt('system:cash', 0)).toBe('system:cash');
  expect(shardOf('system:in-transit:BRL:2', 4)).toBe(2);
  expect(shardOf('system:cash:2', 1)).toBe(0);
});

test('a write belongs to its transaction, its giver, or its first line', () => {
  const at = (accountId: string) => shardOf(accountId, 4);
  const id = transactionId({ shard: 2, sequence: 9, index: 1 });
  expect(homeOf({ transactionId: id, lines: [{ accountId: 'a' }] }, 4)).toBe(2);
  expect(homeOf({ fromAccountId: 'acc_ana' }, 4)).toBe(at('acc_ana'));
  expect(homeOf({ accountId: 'acc_bia' }, 4)).toBe(at('acc_bia'));
  expect(homeOf({ lines: [{ accountId: 'acc_caio' }, { accountId: 'acc_ana' }] }, 4)).toBe(at('acc_caio'));
  expect(homeOf({ fromAccountId: 'acc_ana' }, 1)).toBe(0);
});

test('what tells none of these belongs nowhere yet, unless there is one shard only', () => {
  expect(homeOf({}, 4)).toBeUndefined();
  expect(homeOf({}, 1)).toBe(0);
});

test('what is no id of this ledger is looked for at shard 0, and not found there', () => {
  expect(shardOfTransaction('nonsense', 4)).toBe(0);
  expect(shardOfTransaction(transactionId({ shard: 7, sequence: 1, index: 0 }), 4)).toBe(0);
});
