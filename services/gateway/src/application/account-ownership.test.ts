import { status } from '@grpc/grpc-js';
import { GrpcRefusal, notFound } from '@ipe/service-kit/refusal';
import { AccountOwnership } from './account-ownership.ts';
import type { Accounts } from './ports.ts';

/** Only the one call that ownership makes. */
function accountsOf(owners: Record<string, string>) {
  const asked: string[] = [];
  let down = false;
  const accounts: Pick<Accounts, 'getAccount'> = {
    getAccount: async ({ accountId, customerId }) => {
      asked.push(accountId);
      if (down) throw new GrpcRefusal({ code: status.UNAVAILABLE, reason: 'account_unavailable', message: 'down' });
      if (owners[accountId] !== customerId) throw notFound('account');
      return { account: undefined };
    },
  };
  const goDown = () => {
    down = true;
  };
  return { ownership: new AccountOwnership(accounts), asked, goDown };
}

test('asks once, and remembers for good', async () => {
  const { ownership, asked, goDown } = accountsOf({ acc_1: 'cus_ana' });
  await ownership.require('cus_ana', 'acc_1');
  goDown();
  await ownership.require('cus_ana', 'acc_1');
  expect(asked).toEqual(['acc_1']);
});

test('an account of somebody else is refused like one of nobody, and asked for again each time', async () => {
  const { ownership, asked } = accountsOf({ acc_1: 'cus_ana' });
  await ownership.require('cus_ana', 'acc_1');
  for (const accountId of ['acc_1', 'acc_9']) {
    await expect(ownership.require('cus_bea', accountId)).rejects.toMatchObject({ refusal: 'account_not_found' });
  }
  expect(asked).toEqual(['acc_1', 'acc_1', 'acc_9']);
});

test('what cannot be known is not refused but passed on', async () => {
  const { ownership, goDown } = accountsOf({ acc_1: 'cus_ana' });
  goDown();
  await expect(ownership.require('cus_ana', 'acc_1')).rejects.toMatchObject({ reason: 'account_unavailable' });
});

test('remembers the customers asked for last, ten thousand of them', () => {
  const { ownership } = accountsOf({});
  for (let at = 0; at <= 10_000; at += 1) ownership.remember(`cus_${at}`, [`acc_${at}`]);
  expect(ownership.known('cus_0')).toEqual([]);
  expect(ownership.known('cus_1')).toEqual(['acc_1']);
});
