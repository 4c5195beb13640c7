import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import {
  AccountStatus,
  type AuthorizeRequest,
  TransactionStatus,
  type TransferRequest,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { eventually } from '@ipe/testing/eventually';
import { numbers, startFakeCards } from './fake-cards.ts';
import { Bank, type Environment, environment, makeTopics, purchaseRequest, startHere } from './service-under-test.ts';

let cards: Awaited<ReturnType<typeof startFakeCards>>;
let env: Environment;
let service: { stop: () => Promise<void> };
let bank: Bank;

beforeAll(async () => {
  cards = await startFakeCards();
  env = await environment(cards.address);
  await makeTopics(env);
  service = await startHere(env);
  bank = new Bank(env);
  await bank.furnish();
});

afterAll(async () => {
  bank.close();
  await service.stop();
  cards.stop();
});

test('a purchase: authorised, captured in part, the rest voided, refunded', async () => {
  const before = await bank.balance('acc_card');
  const authorized = await bank.authorize('purchase-1');
  const id = authorized.transaction?.transactionId ?? '';
  expect(authorized).toMatchObject({
    replayed: false,
    transaction: { status: TransactionStatus.TRANSACTION_STATUS_AUTHORIZED, responseCode: '00', heldCents: 10_000n },
  });
  const keyed = (idempotencyKey: string) => ({ caller: 'test', idempotencyKey, transactionId: id });
  const { client } = bank;
  await call(client, client.capture, { ...keyed('capture-1'), amountCents: 6_000n, final: false }, 5_000);
  await call(client, client.void, keyed('void-1'), 5_000);
  const refunded = await call(client, client.refund, { ...keyed('refund-1'), amountCents: 1_000n }, 5_000);
  expect(refunded.transaction).toMatchObject({
    status: TransactionStatus.TRANSACTION_STATUS_PARTIALLY_REFUNDED,
    capturedCents: 6_000n,
    refundedCents: 1_000n,
    heldCents: 0n,
    version: 4,
  });
  const after = await bank.balance('acc_card');
  expect(after).toMatchObject({ postedCents: before.postedCents - 5_000n, heldCents: 0n });
  expect(after.sequence).toBe(before.sequence + 4n);
  expect(await call(client, client.getTransaction, { transactionId: id }, 5_000)).toEqual({
    transaction: refunded.transaction,
  });
  const found = await call(client, client.findTransaction, { caller: 'test', idempotencyKey: 'purchase-1' }, 5_000);
  expect(found.transaction).toEqual(refunded.transaction);
});

test.each([
  ['unknown', 'unknown_card', '14'],
  ['expired', 'expired_card', '54'],
  ['wrongCvv', 'wrong_cvv', 'N7'],
  ['blocked', 'card_blocked', '62'],
  ['locked', 'card_locked', '62'],
  ['lost', 'card_lost', '41'],
  ['stolen', 'card_stolen', '43'],
  ['cancelled', 'card_cancelled', '57'],
  ['silent', 'card_state_unknown', '91'],
] as const)('a card that is %s is declined: %s, code %s', async (card, declineReason, responseCode) => {
  const request: AuthorizeRequest = purchaseRequest(`declined-${card}`);
  const { transaction } = await bank.authorize(`declined-${card}`, {
    card: { number: numbers[card], expiryMonth: 1, expiryYear: 2031, cvv: '123' },
    orderId: request.orderId,
  });
  expect(transaction).toMatchObject({
    status: TransactionStatus.TRANSACTION_STATUS_DECLINED,
    declineReason,
    responseCode,
  });
});

test('more than the limit is declined with 51', async () => {
  const { transaction } = await bank.authorize('too-much', { amountCents: 50_001n });
  expect(transaction).toMatchObject({ declineReason: 'insufficient_limit', responseCode: '51' });
});

test('twenty at once with one key: one effect, one answer', async () => {
  const before = await bank.balance('acc_shop');
  const answers = await Promise.all(Array.from({ length: 20 }, () => bank.transfer('same-key')));
  expect(new Set(answers.map(({ transaction }) => transaction?.transactionId)).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect((await bank.balance('acc_shop')).postedCents).toBe(before.postedCents + 100n);
});

test('twenty authorisations at once with one key hold once, and ask for the card once', async () => {
  const before = await bank.balance('acc_card');
  const checks = cards.checks.length;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => bank.authorize('same-purchase', { amountCents: 50n })),
  );
  expect(new Set(answers.map(({ transaction }) => transaction?.transactionId)).size).toBe(1);
  expect((await bank.balance('acc_card')).heldCents).toBe(before.heldCents + 50n);
  expect(cards.checks).toHaveLength(checks + 1);
});

test('the same key with another body is refused, and so is another card or CVV', async () => {
  await bank.transfer('reused');
  const refused = { code: status.ALREADY_EXISTS, reason: 'idempotency_key_reused' };
  await expect(bank.transfer('reused', { amountCents: 101n })).rejects.toMatchObject(refused);
  await bank.authorize('reused-card', { amountCents: 1n });
  const otherCvv = { number: numbers.valid, expiryMonth: 12, expiryYear: 2031, cvv: '124' };
  await expect(bank.authorize('reused-card', { amountCents: 1n, card: otherCvv })).rejects.toMatchObject(refused);
  await expect(bank.authorize('reused')).rejects.toMatchObject(refused);
});

const invalidTransfers: Array<[string, Partial<TransferRequest>, string]> = [
  ['zero', { amountCents: 0n }, 'amount_cents'],
  ['a negative amount', { amountCents: -1n }, 'amount_cents'],
  ['the smallest int64', { amountCents: -(2n ** 63n) }, 'amount_cents'],
  ['the largest int64', { amountCents: 2n ** 63n - 1n }, 'amount_cents'],
  ['an unknown currency', { currency: 'REAIS' }, 'currency'],
  ['an unknown currency', { currency: 'XXX' }, 'currency'],
  ['no sender', { fromAccountId: '' }, 'from_account_id'],
  ['an id too long', { toAccountId: 'a'.repeat(65) }, 'to_account_id'],
  ['the same account twice', { toAccountId: 'acc_ana' }, 'to_account_id'],
  ['a description too long', { description: 'x'.repeat(141) }, 'description'],
  ['a control character', { description: 'a\u0000b' }, 'description'],
  ['no caller', { caller: '' }, 'caller'],
  ['a key too long', { idempotencyKey: 'k'.repeat(129) }, 'idempotency_key'],
  ['a key with a space', { idempotencyKey: 'a b' }, 'idempotency_key'],
];

test.each(invalidTransfers)('a transfer with %s is invalid, and the field is named', async (_name, changes, field) => {
  await expect(bank.transfer('invalid', changes)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [expect.objectContaining({ field })],
  });
});

const invalidPurchases: Array<[string, Partial<AuthorizeRequest>, string]> = [
  [
    'a card number with letters',
    { card: { number: '65051600000042xx', expiryMonth: 1, expiryYear: 2031, cvv: '123' } },
    'card.number',
  ],
  ['a CVV of two digits', { card: { number: numbers.valid, expiryMonth: 1, expiryYear: 2031, cvv: '12' } }, 'card.cvv'],
  ['month 13', { card: { number: numbers.valid, expiryMonth: 13, expiryYear: 2031, cvv: '123' } }, 'card.expiry_month'],
  ['no card', { card: undefined }, 'card'],
  ['no merchant', { merchant: undefined }, 'merchant'],
  ['13 instalments', { installments: 13 }, 'installments'],
  [
    'a merchant name too long',
    { merchant: { merchantId: 'm', accountId: 'acc_shop', name: 'x'.repeat(61), mcc: '5462' } },
    'merchant.name',
  ],
  [
    'an MCC of letters',
    { merchant: { merchantId: 'm', accountId: 'acc_shop', name: 'x', mcc: 'abcd' } },
    'merchant.mcc',
  ],
  [
    'an account of the bank as the merchant’s',
    { merchant: { merchantId: 'm', accountId: 'system:cash', name: 'x', mcc: '5462' } },
    'merchant.account_id',
  ],
  ['a hold in the past', { expiresAt: new Date(1) }, 'expires_at'],
];

test.each(invalidPurchases)(
  'a purchase with %s is invalid, and tells nothing of the card',
  async (_name, changes, field) => {
    const error: unknown = await bank.authorize('invalid', changes).catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, violations: [expect.objectContaining({ field })] });
    expect(JSON.stringify(error)).not.toContain(changes.card?.number ?? 'no card');
  },
);

test("the bank's own accounts are not for callers to open or change", async () => {
  const request = {
    caller: 'test',
    idempotencyKey: 'k-system',
    accountId: 'system:cash',
    limitCents: 0n,
    status: AccountStatus.ACCOUNT_STATUS_FROZEN,
  };
  await expect(call(bank.client, bank.client.changeAccount, request, 5_000)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
  });
  await expect(bank.open('system:other')).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  expect(await bank.balance('system:cash')).toMatchObject({ postedCents: -100_000n });
});

test('refusals tell their reason and what they speak of', async () => {
  await expect(bank.balance('acc_nobody')).rejects.toMatchObject({
    code: status.NOT_FOUND,
    reason: 'account_not_found',
    metadata: { id: 'acc_nobody' },
  });
  await expect(bank.transfer('poor', { amountCents: 9_999_999_999_999n })).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'insufficient_funds',
    metadata: { id: 'acc_ana' },
  });
  const unknown = { transactionId: 't00000000001000' };
  await expect(call(bank.client, bank.client.getTransaction, unknown, 5_000)).rejects.toMatchObject({
    code: status.NOT_FOUND,
    reason: 'transaction_not_found',
  });
});

test('a hold runs out by itself', async () => {
  const { transaction } = await bank.authorize('short', { amountCents: 7n, expiresAt: new Date(Date.now() + 400) });
  const transactionId = transaction?.transactionId ?? '';
  await eventually(async () => {
    const now = await call(bank.client, bank.client.getTransaction, { transactionId }, 5_000);
    expect(now.transaction?.status).toBe(TransactionStatus.TRANSACTION_STATUS_EXPIRED);
  });
});

test('an authorisation called off before it arrives is declined when it does', async () => {
  const { client } = bank;
  const cancel = { caller: 'test', authorizationKey: 'called-off' };
  expect(await call(client, client.cancelAuthorization, cancel, 5_000)).toEqual({ transaction: undefined });
  const { transaction } = await bank.authorize('called-off');
  expect(transaction).toMatchObject({ declineReason: 'cancelled_by_merchant', responseCode: '57' });
});

test('a transfer is reversed once', async () => {
  const { transaction } = await bank.transfer('to-reverse', { amountCents: 33n });
  const transactionId = transaction?.transactionId ?? '';
  const request = { caller: 'test', transactionId, reason: 'engano', amountCents: 0n, lines: [] };
  const { client } = bank;
  const reversal = await call(client, client.reverse, { ...request, idempotencyKey: 'reverse' }, 5_000);
  expect(reversal.transaction?.reversesTransactionId).toBe(transaction?.transactionId);
  await expect(call(client, client.reverse, { ...request, idempotencyKey: 'again' }, 5_000)).rejects.toMatchObject({
    reason: 'already_reversed',
  });
});

test('a balance as of a past instant: from the journal, however much was booked since', async () => {
  const asOf = async (at: Date | undefined) => {
    const { balance } = await call(bank.client, bank.client.getBalance, { accountId: 'acc_shop', asOf: at }, 5_000);
    return balance;
  };
  const before = await bank.balance('acc_shop');
  const moments: Array<{ at: Date; postedCents: bigint }> = [];
  for (let index = 0; index < 100; index++) {
    await bank.transfer(`past-${index}`, { amountCents: 1n });
    if (index % 20) continue;
    await wait(3);
    moments.push({ at: new Date(), postedCents: before.postedCents + BigInt(index) + 1n });
    await wait(3);
  }
  for (const { at, postedCents } of moments) expect(await asOf(at)).toMatchObject({ postedCents });
  expect(await asOf(undefined)).toMatchObject({ postedCents: before.postedCents + 100n });
  await expect(asOf(new Date(Date.now() - 86_400_000))).rejects.toMatchObject({ reason: 'account_not_found' });
  await expect(asOf(new Date(Date.now() + 60_000))).rejects.toMatchObject({ violations: [{ field: 'as_of' }] });
});

test('tells operators what was approved, declined and why', async () => {
  const metrics = await (await fetch(`http://${env['HTTP_ADDRESS']}/metrics`)).text();
  expect(metrics).toMatch(/bank_authorizations_total\{outcome="approved",reason=""\} [1-9]/);
  expect(metrics).toMatch(/bank_declined_total\{reason="wrong_cvv",response_code="N7"\} 1/);
  expect(metrics).toMatch(/bank_authorized_cents_total\{merchant="mer_1"\} [1-9]/);
  expect(metrics).toMatch(/bank_authorizations_by_merchant_total\{merchant="mer_1",outcome="declined"\} [1-9]/);
  expect(metrics).toMatch(/ledger_journal_sequence\{shard="0"\} [1-9]/);
});
