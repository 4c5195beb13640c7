import { answerOf, goodCard, type PaperLedger, purchase, scope, smallBank } from '../../test/paper-ledger.ts';
import type { CardFinding } from './decide-authorize.ts';
import { responseCodes } from './response-codes.ts';

const week = 7 * 86_400_000;

function approved(ledger: PaperLedger, amount = 10_000n, key = 'p') {
  return answerOf(ledger.authorize(purchase(key, amount))).transactionId;
}

test('an approval holds the amount for seven days and gives a code', () => {
  const ledger = smallBank();
  const authorization = answerOf(ledger.authorize(purchase('p', 10_000n)));
  expect(authorization).toMatchObject({
    status: 'AUTHORIZED',
    held: 10_000n,
    responseCode: '00',
    declineReason: '',
    cardId: 'crd_1',
    cardLastFour: '4242',
    description: 'Padaria Ipê',
    expiresAt: ledger.now + week,
  });
  expect(authorization.authorizationCode).toMatch(/^[0-9A-Z]{6}$/);
  expect(ledger.balance('acc_card')).toEqual([0n, 10_000n, 40_000n]);
  expect(ledger.balance('acc_shop')).toEqual([0n, 0n, 0n]);
});

test('the whole limit can be spent, and not a cent more', () => {
  const ledger = smallBank();
  approved(ledger, 50_000n);
  const over = answerOf(ledger.authorize(purchase('q', 1n)));
  expect(over).toMatchObject({ status: 'DECLINED', declineReason: 'insufficient_limit', responseCode: '51', held: 0n });
});

const verdicts = Object.keys(responseCodes).filter(
  (reason) => !['insufficient_limit', 'cancelled_by_merchant'].includes(reason),
) as Array<keyof typeof responseCodes>;

test.each(verdicts)('a card found %s is declined with its code, journaled, and holds nothing', (verdict) => {
  const ledger = smallBank();
  const finding: CardFinding = { ...goodCard, verdict };
  const declined = answerOf(ledger.authorize(purchase('p', 100n), finding));
  expect(declined).toMatchObject({
    status: 'DECLINED',
    declineReason: verdict,
    responseCode: responseCodes[verdict],
    authorizationCode: '',
  });
  expect(ledger.records.at(-1)?.change).toMatchObject({ transactions: [declined], entries: [] });
  expect(ledger.authorize(purchase('p', 100n), goodCard)).toEqual({
    kind: 'answered',
    answer: declined,
    replayed: true,
  });
});

test.each([
  ['FROZEN', 'account_frozen', '62'],
  ['CLOSED', 'account_closed', '46'],
] as const)('a purchase on an account that is %s is declined', (status, declineReason, responseCode) => {
  const ledger = smallBank();
  ledger.change('acc_card', { status });
  expect(answerOf(ledger.authorize(purchase('p', 1n)))).toMatchObject({ declineReason, responseCode });
});

test('a purchase of a shop on its own account, or of a card without one, is not permitted', () => {
  const ledger = smallBank();
  for (const accountId of ['acc_shop', 'acc_unknown']) {
    const declined = answerOf(ledger.authorize(purchase(accountId, 1n), { ...goodCard, accountId }));
    expect(declined).toMatchObject({ declineReason: 'not_permitted', responseCode: '57' });
  }
});

test("an unknown shop's account is refused, not declined", () => {
  const shop = { merchantId: 'm', accountId: 'acc_nobody', name: 'x', mcc: '0000' };
  expect(smallBank().authorize(purchase('p', 1n, { merchant: shop }))).toMatchObject({ refusal: 'account_not_found' });
});

test('a hold must end in the future, and within a year', () => {
  const ledger = smallBank();
  for (const expiresAt of [ledger.now, ledger.now + 366 * 86_400_000]) {
    expect(ledger.authorize(purchase('p', 1n, { expiresAt }))).toMatchObject({ refusal: 'expiry_out_of_range' });
  }
});

test('captures in parts, the last one releasing the rest', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  expect(answerOf(ledger.capture(id, 4_000n))).toMatchObject({
    status: 'PARTIALLY_CAPTURED',
    captured: 4_000n,
    held: 6_000n,
  });
  expect(ledger.balance('acc_card')).toEqual([-4_000n, 6_000n, 40_000n]);
  expect(answerOf(ledger.capture(id, 1_000n, true))).toMatchObject({ status: 'CAPTURED', captured: 5_000n, held: 0n });
  expect(ledger.balance('acc_card')).toEqual([-5_000n, 0n, 45_000n]);
  expect(ledger.balance('acc_shop')[0]).toBe(5_000n);
  expect(ledger.capture(id, 1n)).toMatchObject({ refusal: 'nothing_held' });
});

test('a capture of zero takes all that is held, and more than is held is refused', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  expect(ledger.capture(id, 10_001n)).toMatchObject({ refusal: 'amount_exceeds_held' });
  expect(answerOf(ledger.capture(id))).toMatchObject({ status: 'CAPTURED', captured: 10_000n });
});

test('a frozen account pays what was approved before', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  ledger.change('acc_card', { status: 'FROZEN' });
  expect(answerOf(ledger.capture(id)).status).toBe('CAPTURED');
});

test('a void releases the hold, and what was captured stays', () => {
  const ledger = smallBank();
  expect(answerOf(ledger.void(approved(ledger)))).toMatchObject({ status: 'VOIDED', held: 0n });
  const id = approved(ledger, 10_000n, 'q');
  ledger.capture(id, 1_000n);
  expect(answerOf(ledger.void(id))).toMatchObject({ status: 'CAPTURED', captured: 1_000n, held: 0n });
  expect(ledger.balance('acc_card')).toEqual([-1_000n, 0n, 49_000n]);
  expect(ledger.void(id)).toMatchObject({ refusal: 'nothing_held' });
});

test('a hold runs out at its instant: a capture at that millisecond is too late, whoever is first', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  ledger.now += week - 1;
  expect(answerOf(ledger.expire())).toBeUndefined();
  ledger.now += 1;
  expect(ledger.capture(id)).toMatchObject({ refusal: 'authorization_expired' });
  expect(answerOf(ledger.expire())).toMatchObject({ status: 'EXPIRED', held: 0n });
  expect(ledger.capture(id)).toMatchObject({ refusal: 'authorization_expired' });
  expect(answerOf(ledger.expire())).toBeUndefined();
  expect(ledger.balance('acc_card')).toEqual([0n, 0n, 50_000n]);
});

test('a hold that was partly captured runs out for the rest alone', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  ledger.capture(id, 1_000n);
  ledger.now += week;
  expect(answerOf(ledger.expire())).toMatchObject({ status: 'CAPTURED', captured: 1_000n, held: 0n });
  expect(ledger.state.openHolds.size).toBe(0);
});

test('refunds in parts, never more than was captured', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  expect(ledger.refund(id, 1n)).toMatchObject({ refusal: 'nothing_to_refund' });
  ledger.capture(id);
  expect(answerOf(ledger.refund(id, 4_000n))).toMatchObject({ status: 'PARTIALLY_REFUNDED', refunded: 4_000n });
  expect(ledger.refund(id, 6_001n)).toMatchObject({ refusal: 'amount_exceeds_captured' });
  expect(answerOf(ledger.refund(id))).toMatchObject({ status: 'REFUNDED', refunded: 10_000n, version: 4 });
  expect(ledger.refund(id)).toMatchObject({ refusal: 'nothing_to_refund' });
  expect(ledger.balance('acc_card')).toEqual([0n, 0n, 50_000n]);
});

test('a refund is refused when the shop has no money left', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  ledger.capture(id);
  ledger.transfer('acc_shop', 'acc_ana', 1n);
  expect(ledger.refund(id)).toMatchObject({ refusal: 'insufficient_funds', about: 'acc_shop' });
});

test('a refund while part is still held keeps the rest capturable', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  ledger.capture(id, 4_000n);
  expect(answerOf(ledger.refund(id))).toMatchObject({ status: 'PARTIALLY_CAPTURED', refunded: 4_000n, held: 6_000n });
  expect(answerOf(ledger.capture(id))).toMatchObject({ status: 'PARTIALLY_REFUNDED', captured: 10_000n });
});

test('a transfer is no purchase', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.transfer('acc_ana', 'acc_shop', 5n));
  for (const outcome of [ledger.capture(transactionId), ledger.void(transactionId), ledger.refund(transactionId)]) {
    expect(outcome).toMatchObject({ refusal: 'not_a_purchase' });
  }
});

test('cancelling voids a hold, once', () => {
  const ledger = smallBank();
  approved(ledger);
  expect(answerOf(ledger.cancel('p'))).toMatchObject({ status: 'VOIDED', version: 2 });
  expect(answerOf(ledger.cancel('p'))).toMatchObject({ status: 'VOIDED', version: 2 });
});

test('cancelling before the authorisation arrives makes it a decline', () => {
  const ledger = smallBank();
  expect(answerOf(ledger.cancel('p'))).toBeUndefined();
  expect(answerOf(ledger.cancel('p'))).toBeUndefined();
  const late = answerOf(ledger.authorize(purchase('p', 100n)));
  expect(late).toMatchObject({ status: 'DECLINED', declineReason: 'cancelled_by_merchant', responseCode: '57' });
  expect(answerOf(ledger.cancel('p'))).toEqual(late);
});

test('cancelling leaves a captured purchase alone', () => {
  const ledger = smallBank();
  ledger.capture(approved(ledger), 1_000n);
  expect(answerOf(ledger.cancel('p'))).toMatchObject({ status: 'PARTIALLY_CAPTURED' });
});

test('only the key of an authorisation can be cancelled', () => {
  const ledger = smallBank();
  ledger.transfer('acc_ana', 'acc_shop', 1n, scope('transfer'));
  const id = approved(ledger);
  ledger.capture(id, 1n, false, scope('capture'));
  for (const key of ['transfer', 'capture']) {
    expect(ledger.cancel(key)).toMatchObject({ refusal: 'idempotency_key_reused' });
  }
});

test('a key that was called off serves no other command', () => {
  const ledger = smallBank();
  ledger.cancel('k');
  expect(ledger.transfer('acc_ana', 'acc_shop', 1n, scope('k'))).toMatchObject({ refusal: 'idempotency_key_reused' });
});

test('a replayed answer is the first one, not the present state', () => {
  const ledger = smallBank();
  const id = approved(ledger);
  ledger.capture(id);
  expect(ledger.authorize(purchase('p', 10_000n))).toMatchObject({
    replayed: true,
    answer: { status: 'AUTHORIZED', captured: 0n },
  });
});
