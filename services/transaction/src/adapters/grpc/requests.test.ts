import { openAccountSchema } from './requests.ts';

test('a class of accounts that nobody knows is told so, in words', () => {
  const request = { caller: 'eva', idempotencyKey: 'k', accountId: 'acc_1', currency: 'BRL', limitCents: 0n };
  const { error } = openAccountSchema.safeParse({ ...request, accountClass: 99 });
  expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
    [['accountClass'], 'must be a class of accounts'],
  ]);
});
