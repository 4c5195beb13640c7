import { status } from '@grpc/grpc-js';
import { AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { GrpcRefusal, idempotencyKeyReused, invalidRequest } from '@ipe/service-kit/refusal';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { account, customer } from './samples.ts';

type WriteRequest = { caller: string; idempotencyKey: string };

let bank: GatewayUnderTest;
beforeAll(async () => {
  bank = await GatewayUnderTest.start();
  bank.account.answer({
    createCustomer: () => ({ customer }),
    openAccount: () => ({ account: account('acc_1') }),
  });
  bank.auth.answer({ createUser: ({ userId }) => ({ userId }) });
});
afterAll(() => bank.stop());

const form = { name: 'Ana Souza', document: '390.533.447-05', email: 'ana@ipe.example', password: 'a long phrase' };
const lastCallers = () => [
  bank.account.asked<WriteRequest>('createCustomer').at(-1)?.caller,
  bank.auth.asked<WriteRequest>('createUser').at(-1)?.caller,
  bank.account.asked<WriteRequest>('openAccount').at(-1)?.caller,
];

test('makes the customer, the sign-in and a current account, each under a key derived from the one given', async () => {
  const answer = await bank.post('/v1/customers', form, { key: 'sign-up-1' });
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ customer: { customerId: 'cus_ana' }, account: { accountId: 'acc_1' } });
  const user = bank.auth.asked<WriteRequest>('createUser').at(-1);
  expect(user).toMatchObject({ userId: 'cus_ana', email: form.email, password: form.password });
  const opened = bank.account.asked<WriteRequest>('openAccount').at(-1);
  expect(opened).toMatchObject({ customerId: 'cus_ana', type: AccountType.ACCOUNT_TYPE_CURRENT, limitCents: 0n });
  const keys = ['sign-up-1', user?.idempotencyKey, opened?.idempotencyKey];
  expect(bank.account.asked<WriteRequest>('createCustomer').at(-1)?.idempotencyKey).toBe('sign-up-1');
  expect(new Set(keys).size).toBe(3);
  await bank.post('/v1/customers', form, { key: 'sign-up-1' });
  expect(bank.auth.asked<WriteRequest>('createUser').at(-1)?.idempotencyKey).toBe(user?.idempotencyKey);
});

test('scopes the key to the person, so that strangers with the same key never meet', async () => {
  await bank.post('/v1/customers', form, { key: 'same' });
  const mine = lastCallers();
  await bank.post('/v1/customers', { ...form, document: '39053344705', email: 'ANA@ipe.example' }, { key: 'same' });
  expect(lastCallers()).toEqual(mine);
  await bank.post('/v1/customers', { ...form, email: 'eva@ipe.example' }, { key: 'same' });
  expect(lastCallers()).not.toEqual(mine);
  expect(new Set(mine).size).toBe(1);
  expect(mine[0]).toMatch(/^public:[0-9a-f]{64}$/);
});

test('does not open an account for whoever knows the key but not the password', async () => {
  const before = bank.account.asked('openAccount').length;
  bank.auth.answer({
    createUser: () => {
      throw idempotencyKeyReused();
    },
  });
  const answer = await bank.post('/v1/customers', { ...form, password: 'another phrase' }, { key: 'sign-up-1' });
  expect([answer.status, answer.body.code]).toEqual([409, 'idempotency_key_reused']);
  expect(JSON.stringify(answer.body)).not.toContain('cus_ana');
  expect(bank.account.asked('openAccount').length).toBe(before);
});

test('tells a taken document as 409, and a wrong one as 400 with its field', async () => {
  bank.account.answer({
    createCustomer: ({ document }) => {
      if (document.startsWith('111')) throw invalidRequest([{ field: 'document', description: 'is no CPF' }]);
      throw new GrpcRefusal({ code: status.ALREADY_EXISTS, reason: 'document_taken', message: 'taken' });
    },
  });
  const taken = await bank.post('/v1/customers', form);
  expect([taken.status, taken.body.code]).toEqual([409, 'document_taken']);
  const wrong = await bank.post('/v1/customers', { ...form, document: '11111111111' });
  expect(wrong.body).toMatchObject({ status: 400, errors: [{ field: 'document', rule: 'is no CPF' }] });
});
