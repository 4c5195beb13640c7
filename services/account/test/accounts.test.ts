import { status } from '@grpc/grpc-js';
import { AccountStatus, AccountType, type OpenAccountRequest } from '@ipe/contracts/gen/bank/account/v1/account';
import { AccountClass } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { eventually } from '@ipe/testing/eventually';
import { checkDigit } from '../src/domain/check-digit.ts';
import { type AccountBank, newCnpj, newWrite, present, startAccountBank, twentyAtOnce } from './account-bank.ts';

const { ACCOUNT_TYPE_CURRENT, ACCOUNT_TYPE_CREDIT_CARD, ACCOUNT_TYPE_MERCHANT } = AccountType;

let bank: AccountBank;
beforeAll(async () => {
  bank = await startAccountBank();
});
afterAll(() => bank.stop());

const open = async (request: Partial<OpenAccountRequest>) => {
  const base = { ...newWrite(), customerId: '', type: ACCOUNT_TYPE_CURRENT, limitCents: 0n };
  return present((await bank.ask(bank.client.openAccount, { ...base, ...request })).account);
};

test('opens a current account in the ledger and here, under one id', async () => {
  const { customerId } = await bank.customer();
  const account = await open({ customerId });
  expect(account).toMatchObject({
    customerId,
    type: ACCOUNT_TYPE_CURRENT,
    branch: '0001',
    status: AccountStatus.ACCOUNT_STATUS_ACTIVE,
    balance: { postedCents: 0n, heldCents: 0n, limitCents: 0n, availableCents: 0n, sequence: 0n },
  });
  expect(account.accountId).toMatch(/^acc_[0-9a-z]{26}$/);
  expect(account.number).toMatch(/^\d{8}$/);
  expect(account.checkDigit).toBe(checkDigit(account.number));
  expect(bank.ledger.balances.get(account.accountId)).toMatchObject({
    accountClass: AccountClass.ACCOUNT_CLASS_LIABILITY,
    currency: 'BRL',
    limitCents: 0n,
  });
  expect(await bank.getAccount(account.accountId, customerId)).toEqual(account);
});

test('opens a card account as what the bank is owed, with its limit', async () => {
  const { customerId } = await bank.customer();
  const account = await open({ customerId, type: ACCOUNT_TYPE_CREDIT_CARD, limitCents: 250_000n });
  expect(account.balance).toMatchObject({ limitCents: 250_000n, availableCents: 250_000n, postedCents: 0n });
  expect(bank.ledger.balances.get(account.accountId)).toMatchObject({
    accountClass: AccountClass.ACCOUNT_CLASS_ASSET,
    limitCents: 250_000n,
  });
});

test('opens a merchant account for a company, and refuses it to a person', async () => {
  const company = await bank.customer(newCnpj());
  const account = await open({ customerId: company.customerId, type: ACCOUNT_TYPE_MERCHANT });
  expect(bank.ledger.balances.get(account.accountId)?.accountClass).toBe(AccountClass.ACCOUNT_CLASS_LIABILITY);
  const person = await bank.customer();
  await expect(open({ customerId: person.customerId, type: ACCOUNT_TYPE_MERCHANT })).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'company_required',
  });
});

test('refuses a limit on a current account, an unknown type and a negative limit', async () => {
  const { customerId } = await bank.customer();
  const invalid = (field: string) => ({
    code: status.INVALID_ARGUMENT,
    violations: [expect.objectContaining({ field })],
  });
  await expect(open({ customerId, limitCents: 1n })).rejects.toMatchObject(invalid('limit_cents'));
  await expect(open({ customerId, limitCents: -1n })).rejects.toMatchObject(invalid('limit_cents'));
  await expect(open({ customerId, type: AccountType.ACCOUNT_TYPE_UNSPECIFIED })).rejects.toMatchObject(invalid('type'));
  await expect(open({ customerId, type: 9 as AccountType })).rejects.toMatchObject({
    violations: [{ field: 'type', description: 'must be CURRENT, CREDIT_CARD or MERCHANT' }],
  });
});

test('refuses an unknown customer, before the ledger is asked', async () => {
  const calls = bank.ledger.calls.length;
  await expect(open({ customerId: 'cus_nobody' })).rejects.toMatchObject({
    code: status.NOT_FOUND,
    reason: 'customer_not_found',
  });
  expect(bank.ledger.calls).toHaveLength(calls);
});

test('the same key opens one account, twenty times at once', async () => {
  const { customerId } = await bank.customer();
  const write = newWrite();
  expect((await twentyAtOnce(() => open({ ...write, customerId }))).size).toBe(1);
  const { accounts } = await bank.ask(bank.client.listAccounts, { customerId, pageSize: 0, pageToken: '' });
  expect(accounts).toHaveLength(1);
});

test('the same key later gives the first answer, and is refused with another body', async () => {
  const { customerId } = await bank.customer();
  const other = await bank.customer();
  const write = newWrite();
  const first = await open({ ...write, customerId });
  expect(await open({ ...write, customerId })).toEqual(first);
  const reused = { code: status.ALREADY_EXISTS, reason: 'idempotency_key_reused' };
  await expect(open({ ...write, customerId: other.customerId })).rejects.toMatchObject(reused);
  const card = { ...write, customerId, type: ACCOUNT_TYPE_CREDIT_CARD };
  await expect(open(card)).rejects.toMatchObject(reused);
});

test('two bodies at once under one key: one is done, the other refused', async () => {
  const [first, second] = [await bank.customer(), await bank.customer()];
  const write = newWrite();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      open({ ...write, customerId: (index % 2 === 0 ? first : second).customerId }),
    ),
  );
  const owners = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value.customerId : outcome.reason.reason,
  );
  expect(new Set(owners).size).toBe(2);
  expect(owners.filter((owner) => owner === 'idempotency_key_reused')).toHaveLength(10);
});

test('a customer may open five current accounts, also when ten are asked for at once', async () => {
  const { customerId } = await bank.customer();
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => open({ customerId })));
  expect(outcomes.filter(({ status: outcome }) => outcome === 'fulfilled')).toHaveLength(5);
  await expect(open({ customerId })).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'too_many_accounts',
  });
  const card = await open({ customerId, type: ACCOUNT_TYPE_CREDIT_CARD, limitCents: 1n });
  expect(card.type).toBe(ACCOUNT_TYPE_CREDIT_CARD);
});

test('while the ledger is away an opening is UNAVAILABLE, and the same key later opens it', async () => {
  const { customerId } = await bank.customer();
  const write = newWrite();
  bank.ledger.stop();
  await expect(open({ ...write, customerId })).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'transaction_unavailable',
    retryAfterMs: 1_000,
  });
  await bank.ledger.start();
  // The channel finds the ledger again within its second of back-off.
  const account = await eventually(() => open({ ...write, customerId }));
  expect(await bank.getAccount(account.accountId)).toEqual(account);
});

test('an opening whose ledger answer was lost is continued under the same account id', async () => {
  const { customerId } = await bank.customer();
  const write = newWrite();
  bank.ledger.silent = true;
  await expect(open({ ...write, customerId })).rejects.toMatchObject({ code: status.UNAVAILABLE });
  bank.ledger.silent = false;
  const [lost] = bank.ledger.calls.slice(-1);
  const account = await open({ ...write, customerId });
  expect(account.accountId).toBe(lost?.accountId);
});

test('an account of another customer is not found, nor is one that does not exist', async () => {
  const [owner, other] = [await bank.customer(), await bank.customer()];
  const { accountId } = await open({ customerId: owner.customerId });
  const absent = { code: status.NOT_FOUND, reason: 'account_not_found' };
  await expect(bank.getAccount(accountId, other.customerId)).rejects.toMatchObject(absent);
  await expect(bank.getAccount('acc_nothing')).rejects.toMatchObject(absent);
});

test('accounts are listed oldest first, page by page', async () => {
  const { customerId } = await bank.customer();
  const opened: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    opened.push((await open({ customerId, type: ACCOUNT_TYPE_CREDIT_CARD, limitCents: 100n })).accountId);
  }
  const listed: string[] = [];
  let pageToken = '';
  do {
    const page = await bank.ask(bank.client.listAccounts, { customerId, pageSize: 2, pageToken });
    expect(page.accounts.length).toBeLessThanOrEqual(2);
    for (const { accountId, balance } of page.accounts) {
      listed.push(accountId);
      expect(balance?.limitCents).toBe(100n);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(listed).toEqual(opened);
});

test('a customer without accounts has an empty page', async () => {
  const { customerId } = await bank.customer();
  const page = await bank.ask(bank.client.listAccounts, { customerId, pageSize: 0, pageToken: '' });
  expect(page).toEqual({ accounts: [], nextPageToken: '' });
});

test.each([
  'nonsense',
  Buffer.from('{"after":"balance"}').toString('base64url'),
  Buffer.from('{"pk":"customer#x"}').toString('base64url'),
])('refuses the page token %p', async (pageToken) => {
  const { customerId } = await bank.customer();
  const asking = bank.ask(bank.client.listAccounts, { customerId, pageSize: 0, pageToken });
  await expect(asking).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [expect.objectContaining({ field: 'page_token' })],
  });
});

test('openings are counted once for each account', async () => {
  const { customerId } = await bank.customer();
  const count = async () =>
    Number(/^accounts_opened_total\{type="CREDIT_CARD"\} (\d+)$/m.exec(await bank.metrics())?.[1] ?? '0');
  const before = await count();
  const write = newWrite();
  for (let time = 0; time < 3; time += 1) {
    await open({ ...write, customerId, type: ACCOUNT_TYPE_CREDIT_CARD, limitCents: 100n });
  }
  expect(await count()).toBe(before + 1);
});
