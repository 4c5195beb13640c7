import { status } from '@grpc/grpc-js';
import { AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { CardStatus, CardVerdict } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { eventually } from '@ipe/testing/eventually';
import { uniqueName } from '@ipe/testing/unique-name';
import { passesLuhn } from '../src/domain/luhn.ts';
import { startCards } from './cards-bank.ts';

let bank: Awaited<ReturnType<typeof startCards>>;

beforeAll(async () => {
  bank = await startCards();
});

afterAll(() => bank.stop());

test('issues a card on an account of its own, and tells it without its secrets', async () => {
  const { cards, accounts, clock } = bank;
  const card = await cards.issue({ customerId: 'cus_new', holderName: 'João Souza', limitCents: 250_000n });
  expect(card).toEqual({
    cardId: expect.stringMatching(/^crd_[0-9a-z]{26}$/),
    customerId: 'cus_new',
    accountId: expect.stringMatching(/^acc_/),
    holderName: 'João Souza',
    lastFour: expect.stringMatching(/^\d{4}$/),
    brand: 'elo',
    expiryMonth: 11,
    expiryYear: 2031,
    expiresAt: new Date('2031-12-01T00:00:00Z'),
    status: CardStatus.CARD_STATUS_ACTIVE,
    createdAt: clock.now(),
    limitCents: 250_000n,
  });
  expect(accounts.requests.at(-1)).toMatchObject({
    customerId: 'cus_new',
    type: AccountType.ACCOUNT_TYPE_CREDIT_CARD,
    limitCents: 250_000n,
  });
  const revealed = await cards.reveal(card.cardId, 'cus_new');
  expect(revealed).toMatchObject({ expiryMonth: 11, expiryYear: 2031, cvv: expect.stringMatching(/^\d{3}$/) });
  expect(revealed.number).toMatch(/^650516\d{10}$/);
  expect(passesLuhn(revealed.number)).toBe(true);
  expect(revealed.number.endsWith(card.lastFour)).toBe(true);
  await expect(cards.verify(revealed)).resolves.toEqual({
    verdict: CardVerdict.CARD_VERDICT_VALID,
    cardId: card.cardId,
    accountId: card.accountId,
    customerId: 'cus_new',
    lastFour: card.lastFour,
  });
  await expect(cards.get(card.cardId)).resolves.toEqual(card);
});

test('the same key twice gives the same card', async () => {
  const { cards, accounts } = bank;
  const request = { idempotencyKey: uniqueName('twice'), customerId: 'cus_twice' };
  const first = await cards.issue(request);
  const opened = accounts.accounts.size;
  await expect(cards.issue(request)).resolves.toEqual(first);
  expect(accounts.accounts.size).toBe(opened);
  expect((await cards.list('cus_twice')).cards).toEqual([first]);
});

test('the same key 20 times at once makes one card and one account', async () => {
  const { cards, accounts } = bank;
  const opened = accounts.accounts.size;
  const request = { idempotencyKey: uniqueName('once'), customerId: 'cus_once' };
  const issued = await Promise.all(Array.from({ length: 20 }, () => cards.issue(request)));
  expect(new Set(issued.map(({ lastFour, cardId, accountId }) => `${cardId} ${accountId} ${lastFour}`)).size).toBe(1);
  expect(accounts.accounts.size).toBe(opened + 1);
  expect((await cards.list('cus_once')).cards).toEqual([issued[0]]);
});

test.each([
  { limitCents: 100_001n },
  { holderName: 'ANA SOUZA' },
  { customerId: 'cus_other' },
  { expiresAt: new Date('2027-01-01T00:00:00Z') },
])('the same key with another body is refused: %p', async (other) => {
  const { cards } = bank;
  const idempotencyKey = uniqueName('other');
  await cards.issue({ idempotencyKey });
  await expect(cards.issue({ idempotencyKey, ...other })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('the same key of two callers is two cards', async () => {
  const { cards } = bank;
  const idempotencyKey = uniqueName('shared');
  const [one, two] = [
    await cards.issue({ caller: 'one', idempotencyKey }),
    await cards.issue({ caller: 'two', idempotencyKey }),
  ];
  expect(one.cardId).not.toBe(two.cardId);
  expect(one.accountId).not.toBe(two.accountId);
});

test('callers and keys of the greatest length are good', async () => {
  const { cards, accounts } = bank;
  const long = {
    caller: `c${'~'.repeat(127)}`,
    idempotencyKey: `${uniqueName('long')}${'k'.repeat(114)}`.slice(0, 128),
  };
  const first = await cards.issue(long);
  await expect(cards.issue(long)).resolves.toEqual(first);
  const asked = accounts.requests.at(-1);
  expect(asked?.caller.length).toBeLessThanOrEqual(128);
  expect(asked?.idempotencyKey.length).toBeLessThanOrEqual(128);
});

test('while the account service is down nothing is issued, and the same key goes on afterwards', async () => {
  const { cards, accounts } = bank;
  const request = { idempotencyKey: uniqueName('down'), customerId: 'cus_down' };
  accounts.stop();
  await expect(cards.issue(request)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'account_unavailable',
    retryAfterMs: 1_000,
  });
  await accounts.start();
  // The channel waits a moment before it tries to connect again.
  const card = await eventually(() => cards.issue(request));
  expect((await cards.list('cus_down')).cards).toEqual([card]);
});

test('an account service that is silent is waited for no longer than its deadline, and opened one account in the end', async () => {
  const { cards, accounts } = bank;
  const opened = accounts.accounts.size;
  const request = { idempotencyKey: uniqueName('silent'), customerId: 'cus_silent' };
  accounts.silent = true;
  await expect(cards.issue(request)).rejects.toMatchObject({ code: status.UNAVAILABLE, reason: 'account_unavailable' });
  accounts.silent = false;
  const card = await cards.issue(request);
  await expect(cards.issue(request)).resolves.toEqual(card);
  expect(accounts.accounts.size).toBe(opened + 1);
});

test('a key whose account was opened with another limit is refused, although it has no card yet', async () => {
  const { cards, accounts } = bank;
  const idempotencyKey = uniqueName('half');
  await cards.issue({ idempotencyKey });
  const asked = accounts.requests.at(-1);
  const opening = JSON.stringify([asked?.caller, asked?.idempotencyKey]);
  const other = uniqueName('half');
  // As if another body under this key had died between its account and its card.
  accounts.accounts.set(opening.replace(idempotencyKey, other), { request: 'another body', accountId: 'acc_half' });
  await expect(cards.issue({ idempotencyKey: other })).rejects.toMatchObject({ reason: 'idempotency_key_reused' });
});

test('a customer whom the account service does not know gets no card', async () => {
  bank.accounts.unknownCustomers.add('cus_nobody');
  await expect(bank.cards.issue({ customerId: 'cus_nobody' })).rejects.toMatchObject({
    code: status.NOT_FOUND,
    reason: 'customer_not_found',
  });
});

test('a limit above the bank’s policy is refused before an account is opened', async () => {
  const { cards, accounts } = bank;
  const asked = accounts.requests.length;
  await expect(cards.issue({ limitCents: 2_000_001n })).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'limit_above_policy',
  });
  expect(accounts.requests.length).toBe(asked);
  await expect(cards.issue({ limitCents: 2_000_000n })).resolves.toMatchObject({ limitCents: 2_000_000n });
});

test('a temporary card expires at the instant asked for', async () => {
  const expiresAt = new Date('2027-02-10T12:34:56.789Z');
  const card = await bank.cards.issue({ expiresAt });
  expect(card).toMatchObject({ expiresAt, expiryMonth: 2, expiryYear: 2027 });
});

test.each([
  ['holder_name', { holderName: 'A' }],
  ['holder_name', { holderName: 'A'.repeat(27) }],
  ['holder_name', { holderName: 'ANA\u0000SILVA' }],
  ['limit_cents', { limitCents: 0n }],
  ['limit_cents', { limitCents: -1n }],
  ['customer_id', { customerId: '' }],
  ['caller', { caller: '' }],
  ['idempotency_key', { idempotencyKey: '' }],
  ['idempotency_key', { idempotencyKey: 'k'.repeat(129) }],
  ['expires_at', { expiresAt: new Date('2026-11-21T12:00:00.000Z') }],
  ['expires_at', { expiresAt: new Date('2031-11-21T12:00:00.001Z') }],
])('a request with a wrong %s is told so (%#)', async (field, changes) => {
  await expect(bank.cards.issue(changes)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [expect.objectContaining({ field })],
  });
});
