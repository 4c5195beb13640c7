import { shardOf } from '@ipe/ledger/shard-of';
import { homeOf } from './home-of.ts';

test('a posting by template belongs to its first party', () => {
  const deposit = { template: 'cash_deposit', accounts: { account: 'acc_duda' } };
  expect(homeOf(deposit, 4)).toBe(shardOf('acc_duda', 4));
  expect(homeOf({ ...deposit, template: 'of_no_template' }, 4)).toBe(shardOf('', 4));
  expect(homeOf({ fromAccountId: 'acc_ana' }, 4)).toBe(shardOf('acc_ana', 4));
});
