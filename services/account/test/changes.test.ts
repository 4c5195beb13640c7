import { status } from '@grpc/grpc-js';
import {
  AccountStatus,
  AccountType,
  type ChangeAccountStatusRequest,
  type ChangeCreditLimitRequest,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { eventually } from '@ipe/testing/eventually';
import { type AccountBank, newWrite, present, startAccountBank, twentyAtOnce } from './account-bank.ts';

const { ACCOUNT_STATUS_ACTIVE, ACCOUNT_STATUS_FROZEN, ACCOUNT_STATUS_CLOSED } = AccountStatus;
const { ACCOUNT_STATUS_FROZEN_FOR_CREDIT, ACCOUNT_STATUS_FROZEN_FOR_ALL } = AccountStatus;

let bank: AccountBank;
beforeAll(async () => {
  bank = await startAccountBank();
});
afterAll(() => bank.stop());

const newAccount = async () => bank.account((await bank.customer()).customerId);
const newCard = async (limitCents = 10_000n) =>
  bank.account((await bank.customer()).customerId, AccountType.ACCOUNT_TYPE_CREDIT_CARD, limitCents);

const change = async (request: Partial<ChangeAccountStatusRequest>) => {
  const base = { ...newWrite(), accountId: '', customerId: '', status: ACCOUNT_STATUS_FROZEN };
  return present((await bank.ask(bank.client.changeAccountStatus, { ...base, ...request })).account);
};
const limit = async (request: Partial<ChangeCreditLimitRequest>) => {
  const base = { ...newWrite(), accountId: '', limitCents: 0n };
  return present((await bank.ask(bank.client.changeCreditLimit, { ...base, ...request })).account);
};

test('freezes and releases an account, in the ledger and here at once', async () => {
  const { accountId, customerId } = await newAccount();
  expect((await change({ accountId, customerId })).status).toBe(ACCOUNT_STATUS_FROZEN);
  expect(bank.ledger.balances.get(accountId)?.status).toBe(ACCOUNT_STATUS_FROZEN);
  expect((await bank.getAccount(accountId)).status).toBe(ACCOUNT_STATUS_FROZEN);
  expect((await change({ accountId, status: ACCOUNT_STATUS_ACTIVE })).status).toBe(ACCOUNT_STATUS_ACTIVE);
  expect((await bank.getAccount(accountId)).status).toBe(ACCOUNT_STATUS_ACTIVE);
});

test('closes an empty account for good', async () => {
  const { accountId } = await newAccount();
  expect((await change({ accountId, status: ACCOUNT_STATUS_CLOSED })).status).toBe(ACCOUNT_STATUS_CLOSED);
  const reopened = change({ accountId, status: ACCOUNT_STATUS_ACTIVE });
  await expect(reopened).rejects.toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'account_closed' });
});

test('refuses to close an account with money or holds on it', async () => {
  const { accountId } = await newAccount();
  bank.ledger.set(accountId, { postedCents: 1n });
  const closing = change({ accountId, status: ACCOUNT_STATUS_CLOSED });
  await expect(closing).rejects.toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'account_not_empty' });
  expect((await bank.getAccount(accountId)).status).toBe(ACCOUNT_STATUS_ACTIVE);
});

test('an account of another customer is not found, and not changed', async () => {
  const { accountId } = await newAccount();
  const other = await bank.customer();
  const changing = change({ accountId, customerId: other.customerId });
  await expect(changing).rejects.toMatchObject({ code: status.NOT_FOUND, reason: 'account_not_found' });
  await expect(change({ accountId: 'acc_nothing' })).rejects.toMatchObject({ code: status.NOT_FOUND });
  expect(bank.ledger.balances.get(accountId)?.status).toBe(ACCOUNT_STATUS_ACTIVE);
});

test.each([ACCOUNT_STATUS_FROZEN_FOR_CREDIT, ACCOUNT_STATUS_FROZEN_FOR_ALL])(
  'the bank freezes for credits and for all (%i) and lifts it; a customer does neither',
  async (frozen) => {
    const { accountId, customerId } = await newAccount();
    const byCustomer = { code: status.FAILED_PRECONDITION, reason: 'frozen_by_bank' };
    await expect(change({ accountId, customerId, status: frozen })).rejects.toMatchObject(byCustomer);
    expect((await change({ accountId, status: frozen })).status).toBe(frozen);
    expect(bank.ledger.balances.get(accountId)?.status).toBe(frozen);
    for (const wanted of [ACCOUNT_STATUS_ACTIVE, ACCOUNT_STATUS_FROZEN, ACCOUNT_STATUS_CLOSED]) {
      await expect(change({ accountId, customerId, status: wanted })).rejects.toMatchObject(byCustomer);
    }
    expect((await bank.getAccount(accountId)).status).toBe(frozen);
    expect((await change({ accountId, status: ACCOUNT_STATUS_ACTIVE })).status).toBe(ACCOUNT_STATUS_ACTIVE);
  },
);

test('refuses a status that says nothing', async () => {
  const { accountId } = await newAccount();
  const changing = change({ accountId, status: AccountStatus.ACCOUNT_STATUS_UNSPECIFIED });
  await expect(changing).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [expect.objectContaining({ field: 'status' })],
  });
});

test('the same key changes the status once, twenty times at once, and later still gives that answer', async () => {
  const { accountId } = await newAccount();
  const write = newWrite();
  expect((await twentyAtOnce(() => change({ ...write, accountId }))).size).toBe(1);
  expect(bank.ledger.balances.get(accountId)?.sequence).toBe(2n);
  await change({ accountId, status: ACCOUNT_STATUS_ACTIVE });
  expect((await change({ ...write, accountId })).status).toBe(ACCOUNT_STATUS_FROZEN);
  expect((await bank.getAccount(accountId)).status).toBe(ACCOUNT_STATUS_ACTIVE);
  await expect(change({ ...write, accountId, status: ACCOUNT_STATUS_CLOSED })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('while the ledger is away a change is UNAVAILABLE, nothing changes here, and the same key later does it', async () => {
  const { accountId } = await newAccount();
  const write = newWrite();
  bank.ledger.stop();
  await expect(change({ ...write, accountId })).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'transaction_unavailable',
  });
  expect((await bank.getAccount(accountId)).status).toBe(ACCOUNT_STATUS_ACTIVE);
  await bank.ledger.start();
  // The channel finds the ledger again within its second of back-off.
  expect((await eventually(() => change({ ...write, accountId }))).status).toBe(ACCOUNT_STATUS_FROZEN);
});

test('sets a card’s limit, in the ledger and here at once', async () => {
  const { accountId } = await newCard(10_000n);
  expect((await limit({ accountId, limitCents: 20_000n })).balance).toMatchObject({
    limitCents: 20_000n,
    availableCents: 20_000n,
  });
  expect(bank.ledger.balances.get(accountId)?.limitCents).toBe(20_000n);
  expect((await bank.getAccount(accountId)).balance?.limitCents).toBe(20_000n);
});

test('refuses a limit below what is owed and held, on another kind of account, negative or too large', async () => {
  const { accountId } = await newCard(10_000n);
  bank.ledger.set(accountId, { postedCents: -4_000n, heldCents: 1_000n });
  const failed = (reason: string) => ({ code: status.FAILED_PRECONDITION, reason });
  await expect(limit({ accountId, limitCents: 4_999n })).rejects.toMatchObject(failed('limit_in_use'));
  expect((await limit({ accountId, limitCents: 5_000n })).balance?.availableCents).toBe(0n);
  const current = await newAccount();
  await expect(limit({ accountId: current.accountId })).rejects.toMatchObject(failed('not_a_credit_card'));
  for (const limitCents of [-1n, 10_000_000_000_000n]) {
    await expect(limit({ accountId, limitCents })).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  }
  await expect(limit({ accountId: 'acc_nothing' })).rejects.toMatchObject({ reason: 'account_not_found' });
});

test('the same key sets the limit once, twenty times at once, and is refused with another limit', async () => {
  const { accountId } = await newCard();
  const write = newWrite();
  expect((await twentyAtOnce(() => limit({ ...write, accountId, limitCents: 5_000n }))).size).toBe(1);
  expect(bank.ledger.balances.get(accountId)?.sequence).toBe(2n);
  await expect(limit({ ...write, accountId, limitCents: 6_000n })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('a key used for one call is refused for another', async () => {
  const { accountId } = await newCard();
  const write = newWrite();
  await change({ ...write, accountId, status: ACCOUNT_STATUS_FROZEN });
  await expect(limit({ ...write, accountId })).rejects.toMatchObject({ reason: 'idempotency_key_reused' });
});
