import { answerOf, purchase, scope, smallBank } from '../../test/paper-ledger.ts';

const week = 7 * 86_400_000;
const largest = 4_000_000_000_000_000_000n;

test('a hold sets money aside for another account, without a card, for seven days', () => {
  const ledger = smallBank();
  const metadata = { reserva: '12' };
  expect(answerOf(ledger.hold('acc_ana', 'acc_shop', 1_000n, { metadata }))).toMatchObject({
    kind: 'HOLD',
    status: 'AUTHORIZED',
    amount: 1_000n,
    held: 1_000n,
    debitAccountId: 'acc_ana',
    creditAccountId: 'acc_shop',
    cardId: '',
    merchant: undefined,
    metadata,
    expiresAt: ledger.now + week,
  });
  expect(ledger.balance('acc_ana')).toEqual([100_000n, 1_000n, 99_000n]);
});

test('a hold of all there is leaves nothing, not a cent', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.hold('acc_ana', 'acc_shop', 100_000n));
  expect(ledger.hold('acc_ana', 'acc_shop', 1n)).toMatchObject({ refusal: 'insufficient_funds', about: 'acc_ana' });
  expect(ledger.increment(transactionId, 1n)).toMatchObject({ refusal: 'insufficient_funds', about: 'acc_ana' });
  expect(answerOf(ledger.capture(transactionId))).toMatchObject({ status: 'CAPTURED', captured: 100_000n });
  expect(ledger.balance('acc_ana')).toEqual([0n, 0n, 0n]);
});

test('a hold is captured in several parts up to what is held, and refunded as a purchase is', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.hold('acc_ana', 'acc_shop', 100n));
  for (const amount of [50n, 30n, 20n]) answerOf(ledger.capture(transactionId, amount));
  expect(ledger.capture(transactionId, 1n)).toMatchObject({ refusal: 'nothing_held' });
  expect(answerOf(ledger.refund(transactionId, 60n))).toMatchObject({ status: 'PARTIALLY_REFUNDED', refunded: 60n });
  expect(ledger.refund(transactionId, 41n)).toMatchObject({ refusal: 'amount_exceeds_captured' });
  expect(answerOf(ledger.refund(transactionId))).toMatchObject({ status: 'REFUNDED' });
  expect(ledger.balance('acc_ana')).toEqual([100_000n, 0n, 100_000n]);
});

test('a hold is voided, or runs out', () => {
  const ledger = smallBank();
  const voided = answerOf(ledger.hold('acc_ana', 'acc_shop', 100n));
  expect(answerOf(ledger.void(voided.transactionId))).toMatchObject({ status: 'VOIDED', held: 0n });
  answerOf(ledger.hold('acc_ana', 'acc_shop', 100n, { expiresAt: ledger.now + 1 }));
  ledger.now += 1;
  expect(answerOf(ledger.expire())).toMatchObject({ kind: 'HOLD', status: 'EXPIRED', held: 0n });
  expect(ledger.balance('acc_ana')).toEqual([100_000n, 0n, 100_000n]);
});

test('of a capture, a void and the expiry at the same millisecond, the capture is too late and one release remains', () => {
  for (const first of ['void', 'expire'] as const) {
    const ledger = smallBank();
    const { transactionId } = answerOf(ledger.hold('acc_ana', 'acc_shop', 100n, { expiresAt: ledger.now + 1 }));
    ledger.now += 1;
    expect(ledger.capture(transactionId)).toMatchObject({ refusal: 'authorization_expired' });
    expect(ledger.increment(transactionId, 1n)).toMatchObject({ refusal: 'authorization_expired' });
    if (first === 'void') {
      expect(answerOf(ledger.void(transactionId)).status).toBe('VOIDED');
      expect(answerOf(ledger.expire())).toBeUndefined();
    } else {
      expect(answerOf(ledger.expire())).toMatchObject({ status: 'EXPIRED' });
      expect(ledger.void(transactionId)).toMatchObject({ refusal: 'nothing_held' });
    }
    expect(ledger.capture(transactionId).kind).toBe('refused');
    expect(ledger.balance('acc_ana')).toEqual([100_000n, 0n, 100_000n]);
  }
});

test.each([
  ['acc_ana', 'acc_ana', 1n, 'BRL', 'same_account', 'acc_ana'],
  ['acc_nobody', 'acc_shop', 1n, 'BRL', 'account_not_found', 'acc_nobody'],
  ['acc_ana', 'acc_nobody', 1n, 'BRL', 'account_not_found', 'acc_nobody'],
  ['acc_ana', 'acc_shop', 1n, 'USD', 'currency_mismatch', 'acc_ana'],
  ['acc_ana', 'acc_shop', 2n ** 63n - 1n, 'BRL', 'insufficient_funds', 'acc_ana'],
])('refuses a hold from %s for %s of %i %s: %s', (from, to, amount, currency, refusal, about) => {
  const ledger = smallBank();
  const before = ledger.records.length;
  expect(ledger.hold(from, to, amount, { currency })).toEqual({ kind: 'refused', refusal, about });
  expect(ledger.records).toHaveLength(before);
});

test('a hold must end in the future, and within a year', () => {
  const ledger = smallBank();
  for (const expiresAt of [ledger.now, ledger.now + 366 * 86_400_000]) {
    expect(ledger.hold('acc_ana', 'acc_shop', 1n, { expiresAt })).toMatchObject({ refusal: 'expiry_out_of_range' });
  }
});

test('nothing is promised by an account that may not give, nor to one that may not receive', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.hold('acc_ana', 'acc_shop', 1n));
  const asked = () => [ledger.hold('acc_ana', 'acc_shop', 1n), ledger.increment(transactionId, 1n)];
  for (const status of ['FROZEN', 'FROZEN_FOR_ALL'] as const) {
    ledger.change('acc_ana', { status });
    for (const outcome of asked()) expect(outcome).toMatchObject({ refusal: 'account_frozen', about: 'acc_ana' });
  }
  ledger.change('acc_ana', { status: 'FROZEN_FOR_CREDIT' });
  for (const outcome of asked()) expect(outcome.kind).toBe('answered');
  ledger.change('acc_shop', { status: 'FROZEN_FOR_CREDIT' });
  for (const outcome of asked()) {
    expect(outcome).toMatchObject({ refusal: 'account_frozen_for_credit', about: 'acc_shop' });
  }
  ledger.change('acc_shop', { status: 'CLOSED' });
  for (const outcome of asked()) expect(outcome).toMatchObject({ refusal: 'account_closed', about: 'acc_shop' });
});

test('a purchase at a shop that may not receive is not permitted', () => {
  const ledger = smallBank();
  for (const status of ['FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL'] as const) {
    ledger.change('acc_shop', { status });
    expect(answerOf(ledger.authorize(purchase(status, 1n))).declineReason).toBe('not_permitted');
  }
  ledger.change('acc_shop', { status: 'ACTIVE' });
  ledger.change('acc_card', { status: 'FROZEN_FOR_ALL' });
  expect(answerOf(ledger.authorize(purchase('p', 1n))).declineReason).toBe('account_frozen');
});

test('what was promised is captured from a frozen payer, and waits while the shop is frozen for credits', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.hold('acc_ana', 'acc_shop', 100n));
  ledger.change('acc_ana', { status: 'FROZEN_FOR_ALL' });
  ledger.change('acc_shop', { status: 'FROZEN_FOR_CREDIT' });
  expect(ledger.capture(transactionId)).toMatchObject({ refusal: 'account_frozen_for_credit', about: 'acc_shop' });
  expect(ledger.transaction(transactionId).held).toBe(100n);
  ledger.change('acc_shop', { status: 'ACTIVE' });
  expect(answerOf(ledger.capture(transactionId)).status).toBe('CAPTURED');
});

test('a refund waits while the payer is frozen for credits, and passes a shop that is', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.hold('acc_ana', 'acc_shop', 100n));
  ledger.capture(transactionId);
  ledger.change('acc_shop', { status: 'FROZEN_FOR_CREDIT' });
  ledger.change('acc_ana', { status: 'FROZEN_FOR_CREDIT' });
  expect(ledger.refund(transactionId)).toMatchObject({ refusal: 'account_frozen_for_credit', about: 'acc_ana' });
  ledger.change('acc_ana', { status: 'FROZEN' });
  expect(answerOf(ledger.refund(transactionId)).status).toBe('REFUNDED');
});

test.each(['purchase by card', 'hold'])('more is held under a %s, which runs out when it did before', (what) => {
  const ledger = smallBank();
  const first =
    what === 'hold'
      ? answerOf(ledger.hold('acc_card', 'acc_shop', 100n))
      : answerOf(ledger.authorize(purchase('p', 100n)));
  ledger.now += 1_000;
  ledger.capture(first.transactionId, 40n);
  expect(answerOf(ledger.increment(first.transactionId, 50n))).toMatchObject({
    amount: 150n,
    held: 110n,
    captured: 40n,
    status: 'PARTIALLY_CAPTURED',
    expiresAt: first.expiresAt,
    version: 3,
  });
  expect(ledger.records.at(-1)?.change).toMatchObject({
    entries: [{ accountId: 'acc_card', kind: 'HOLD_INCREASED', heldDelta: 50n, postedDelta: 0n }],
  });
  expect(ledger.state.openHolds.size).toBe(1);
  expect(answerOf(ledger.capture(first.transactionId))).toMatchObject({ status: 'CAPTURED', captured: 150n });
});

test('only what is open is increased', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.hold('acc_ana', 'acc_shop', 100n));
  const transfer = answerOf(ledger.transfer('acc_ana', 'acc_shop', 5n));
  expect(ledger.increment(transfer.transactionId, 1n)).toMatchObject({ refusal: 'not_a_purchase' });
  expect(ledger.increment('t-unknown', 1n)).toMatchObject({ refusal: 'transaction_not_found' });
  ledger.capture(transactionId);
  expect(ledger.increment(transactionId, 1n)).toMatchObject({ refusal: 'nothing_held' });
});

test('a hold that was captured and increased over and over does not outgrow 64 bits', () => {
  const ledger = smallBank();
  ledger.open('acc_vault', largest);
  const { transactionId } = answerOf(ledger.hold('acc_vault', 'system:cash', largest));
  answerOf(ledger.capture(transactionId, largest - 100_001n));
  answerOf(ledger.transfer('system:cash', 'acc_vault', 100n));
  expect(ledger.increment(transactionId, 1n)).toMatchObject({ refusal: 'balance_too_large', about: 'acc_vault' });
});

test('the same key answers the first hold or increment again, and with another body is refused', () => {
  const ledger = smallBank();
  const hold = (body: string) => ledger.hold('acc_ana', 'acc_shop', 100n, { idempotency: scope('k', body) });
  const first = hold('a');
  expect(hold('a')).toEqual({ ...first, replayed: true });
  expect(hold('b')).toMatchObject({ refusal: 'idempotency_key_reused' });
  const { transactionId } = answerOf(first);
  const more = ledger.increment(transactionId, 1n, scope('l', 'a'));
  expect(ledger.increment(transactionId, 1n, scope('l', 'a'))).toEqual({ ...more, replayed: true });
  expect(ledger.increment(transactionId, 1n, scope('l', 'b'))).toMatchObject({ refusal: 'idempotency_key_reused' });
  expect(ledger.balance('acc_ana')[1]).toBe(101n);
});
