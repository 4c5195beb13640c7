import { type ServiceError, status } from '@grpc/grpc-js';
import { BlockReason, CardStatus, CardVerdict } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { register } from 'prom-client';
import { cardNumber } from '../src/domain/card-number.ts';
import { startCards, wrongCvv } from './cards-bank.ts';

let bank: Awaited<ReturnType<typeof startCards>>;

beforeAll(async () => {
  bank = await startCards();
});

afterAll(() => bank.stop());

async function issued(changes: Parameters<typeof bank.cards.issue>[0] = {}) {
  const card = await bank.cards.issue(changes);
  return { card, presented: await bank.cards.reveal(card.cardId) };
}

async function verdictOf(presented: Parameters<typeof bank.cards.verify>[0]): Promise<CardVerdict> {
  return (await bank.cards.verify(presented)).verdict;
}

test('an unknown number is told as such, with empty ids', async () => {
  const number = cardNumber('650516', '999999999');
  const answer = await bank.cards.verify({ number, expiryMonth: 1, expiryYear: 2030, cvv: '123' });
  const nothing = { cardId: '', accountId: '', customerId: '', lastFour: '' };
  expect(answer).toEqual({ verdict: CardVerdict.CARD_VERDICT_UNKNOWN_CARD, ...nothing });
  const mistyped = { number: '6505169999999999', expiryMonth: 1, expiryYear: 2030, cvv: '123' };
  await expect(bank.cards.verify(mistyped)).resolves.toEqual(answer);
});

test('a block is in force with the next verification, and so is its end', async () => {
  const { card, presented } = await issued();
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_VALID);
  for (let round = 0; round < 5; round += 1) {
    await bank.cards.block(card.cardId, BlockReason.BLOCK_REASON_HOLDER);
    await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_BLOCKED);
    await bank.cards.unblock(card.cardId);
    await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_VALID);
  }
});

test.each([
  [BlockReason.BLOCK_REASON_BANK, CardVerdict.CARD_VERDICT_BLOCKED],
  [BlockReason.BLOCK_REASON_LOST, CardVerdict.CARD_VERDICT_LOST],
  [BlockReason.BLOCK_REASON_STOLEN, CardVerdict.CARD_VERDICT_STOLEN],
  [BlockReason.BLOCK_REASON_CANCEL, CardVerdict.CARD_VERDICT_CANCELLED],
])('block reason %i gives verdict %i, whatever else is wrong', async (reason, verdict) => {
  const { card, presented } = await issued();
  await bank.cards.block(card.cardId, reason);
  await expect(verdictOf({ ...presented, expiryYear: 2030, cvv: wrongCvv(presented.cvv) })).resolves.toBe(verdict);
});

test('three wrong CVVs in a row lock the card, for the right one too, until it is unblocked', async () => {
  const { card, presented } = await issued();
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await expect(verdictOf(wrong)).resolves.toBe(CardVerdict.CARD_VERDICT_WRONG_CVV);
  }
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_LOCKED);
  await expect(bank.cards.get(card.cardId)).resolves.toMatchObject({ status: CardStatus.CARD_STATUS_LOCKED });
  await expect(bank.cards.unblock(card.cardId, { customerId: 'cus_ana' })).resolves.toMatchObject({
    status: CardStatus.CARD_STATUS_ACTIVE,
  });
  await expect(verdictOf(wrong)).resolves.toBe(CardVerdict.CARD_VERDICT_WRONG_CVV);
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_VALID);
});

test('a right CVV between wrong ones begins the count anew', async () => {
  const { presented } = await issued();
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  for (let round = 0; round < 3; round += 1) {
    await verdictOf(wrong);
    await verdictOf(wrong);
    await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_VALID);
  }
});

test('of 20 wrong CVVs at once exactly three are counted, and then the card is locked', async () => {
  const { presented } = await issued();
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => verdictOf(wrong)));
  expect(verdicts.filter((verdict) => verdict === CardVerdict.CARD_VERDICT_WRONG_CVV).length).toBe(3);
  expect(verdicts.filter((verdict) => verdict === CardVerdict.CARD_VERDICT_LOCKED).length).toBe(17);
});

test('two wrong CVVs at once are two, and the third locks', async () => {
  const { presented } = await issued();
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  await Promise.all([verdictOf(wrong), verdictOf(wrong)]);
  await expect(verdictOf(wrong)).resolves.toBe(CardVerdict.CARD_VERDICT_WRONG_CVV);
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_LOCKED);
});

test('a block amid wrong CVVs is neither lost nor overwritten', async () => {
  const { card, presented } = await issued();
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  await Promise.all([
    verdictOf(wrong),
    bank.cards.block(card.cardId, BlockReason.BLOCK_REASON_STOLEN),
    verdictOf(wrong),
    verdictOf(presented),
  ]);
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_STOLEN);
});

test('a wrong expiry is told before a wrong CVV, and counts no try', async () => {
  const { presented } = await issued();
  const wrong = { ...presented, expiryMonth: 10, cvv: wrongCvv(presented.cvv) };
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await expect(verdictOf(wrong)).resolves.toBe(CardVerdict.CARD_VERDICT_EXPIRED_CARD);
  }
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_VALID);
});

test('a card is good until the last moment before its instant, and expired at it', async () => {
  const { clock } = bank;
  const { presented } = await issued({ expiresAt: new Date(clock.now().getTime() + 60_000) });
  clock.advance(59_999);
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_VALID);
  clock.advance(1);
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_EXPIRED_CARD);
});

test.each([
  ['number', { number: '123456789012' }],
  ['number', { number: '65051600000000000000' }],
  ['number', { number: '6505 1600 0000 0000' }],
  ['expiry_month', { expiryMonth: 0 }],
  ['expiry_month', { expiryMonth: 13 }],
  ['expiry_year', { expiryYear: 31 }],
  ['cvv', { cvv: '12' }],
  ['cvv', { cvv: '12345' }],
])('a verification with a wrong %s is told so, without the value: %p', async (field, changes) => {
  const presented = { number: '6505160000000004', expiryMonth: 1, expiryYear: 2030, cvv: '123' };
  const refusal = bank.cards.verify({ ...presented, ...changes });
  await expect(refusal).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [expect.objectContaining({ field })],
  });
  await expect(refusal).rejects.not.toThrow(/\d{12}/);
});

test('the metrics tell issued and locked cards, and verifications by verdict', async () => {
  const metrics = await register.metrics();
  expect(metrics).toMatch(/^cards_issued_total [1-9]/m);
  expect(metrics).toMatch(/^cards_locked_total 3$/m);
  expect(metrics).toMatch(/^card_verifications_total\{verdict="wrong_cvv"\} [1-9]/m);
  expect(metrics).toMatch(/^card_verifications_total\{verdict="valid"\} [1-9]/m);
});

test('many cards in one call are told each by itself', async () => {
  const right = (await issued()).presented;
  const { presented } = await issued();
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  const unknown = { ...right, number: cardNumber('650516', '999999998') };
  expect(await bank.cards.verifyEach([wrong, right, unknown, right])).toEqual({
    0: CardVerdict.CARD_VERDICT_WRONG_CVV,
    1: CardVerdict.CARD_VERDICT_VALID,
    2: CardVerdict.CARD_VERDICT_UNKNOWN_CARD,
    3: CardVerdict.CARD_VERDICT_VALID,
  });
});

test('the same card three times with a wrong CVV in one call is locked', async () => {
  const { presented } = await issued();
  const wrong = { ...presented, cvv: wrongCvv(presented.cvv) };
  const verdicts = await bank.cards.verifyEach([wrong, wrong, wrong]);
  expect(Object.values(verdicts)).toHaveLength(3);
  await expect(verdictOf(presented)).resolves.toBe(CardVerdict.CARD_VERDICT_LOCKED);
});

test('no card, too many and a wrong one are refused by the name of their field', async () => {
  const { presented } = await issued();
  const refusal = async (cards: Parameters<typeof bank.cards.verifyEach>[0]) =>
    bank.cards.verifyEach(cards).then(
      () => 'answered',
      (error: ServiceError) => [error.code, error.details],
    );
  expect(await refusal([])).toEqual([status.INVALID_ARGUMENT, 'cards: must have at least 1']);
  const tooMany = Array.from({ length: 101 }, () => presented);
  expect(await refusal(tooMany)).toEqual([status.INVALID_ARGUMENT, 'cards: must have at most 100']);
  const [code, details] = await refusal([presented, { ...presented, expiryMonth: 13 }]);
  expect(code).toBe(status.INVALID_ARGUMENT);
  expect(details).toContain('expiry_month');
});
