import { status } from '@grpc/grpc-js';
import { BlockReason, CardStatus } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { uniqueName } from '@ipe/testing/unique-name';
import { startCards } from './cards-bank.ts';

const { BLOCK_REASON_HOLDER, BLOCK_REASON_BANK, BLOCK_REASON_LOST } = BlockReason;
let bank: Awaited<ReturnType<typeof startCards>>;

beforeAll(async () => {
  bank = await startCards();
});

afterAll(() => bank.stop());

const notFound = { code: status.NOT_FOUND, reason: 'card_not_found' };

test('the same key twice gives the first answer, whatever became of the card since', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  const key = { idempotencyKey: uniqueName('block') };
  const blocked = await cards.block(cardId, BLOCK_REASON_HOLDER, key);
  expect(blocked.status).toBe(CardStatus.CARD_STATUS_BLOCKED);
  await cards.unblock(cardId);
  await expect(cards.block(cardId, BLOCK_REASON_HOLDER, key)).resolves.toEqual(blocked);
  await expect(cards.get(cardId)).resolves.toMatchObject({ status: CardStatus.CARD_STATUS_ACTIVE });
});

test('the same key 20 times at once blocks once and answers alike', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  const key = { idempotencyKey: uniqueName('block') };
  const answers = await Promise.all(Array.from({ length: 20 }, () => cards.block(cardId, BLOCK_REASON_HOLDER, key)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test('20 different blocks at once are all in force', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => cards.block(cardId, BLOCK_REASON_HOLDER)));
  // A card so contended may ask some to come again, or be late, but never loses what it acknowledged.
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(outcome.reason.code);
  }
  await expect(cards.get(cardId)).resolves.toMatchObject({ status: CardStatus.CARD_STATUS_BLOCKED });
});

test('the same key with another body, or for another deed, is refused', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  const other = await cards.issue();
  const key = { idempotencyKey: uniqueName('block') };
  const reused = { code: status.ALREADY_EXISTS, reason: 'idempotency_key_reused' };
  await cards.block(cardId, BLOCK_REASON_HOLDER, key);
  await expect(cards.block(cardId, BLOCK_REASON_BANK, key)).rejects.toMatchObject(reused);
  await expect(cards.block(other.cardId, BLOCK_REASON_HOLDER, key)).rejects.toMatchObject(reused);
  await expect(cards.unblock(cardId, key)).rejects.toMatchObject(reused);
  await expect(cards.issue(key)).rejects.toMatchObject(reused);
});

test('the same unblock 20 times at once answers alike', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  await cards.block(cardId, BLOCK_REASON_BANK);
  const key = { idempotencyKey: uniqueName('unblock') };
  const answers = await Promise.all(Array.from({ length: 20 }, () => cards.unblock(cardId, key)));
  for (const answer of answers) expect(answer).toMatchObject({ status: CardStatus.CARD_STATUS_ACTIVE });
});

test('what the bank blocked the holder cannot lift, and the bank can', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  await cards.block(cardId, BLOCK_REASON_BANK);
  await cards.block(cardId, BLOCK_REASON_HOLDER, { customerId: 'cus_ana' });
  await expect(cards.unblock(cardId, { customerId: 'cus_ana' })).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'blocked_by_bank',
  });
  await expect(cards.unblock(cardId)).resolves.toMatchObject({ status: CardStatus.CARD_STATUS_ACTIVE });
});

test('a lost card stays lost', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  await cards.block(cardId, BLOCK_REASON_LOST);
  const final = { code: status.FAILED_PRECONDITION, reason: 'card_status_final' };
  await expect(cards.unblock(cardId)).rejects.toMatchObject(final);
  await expect(cards.block(cardId, BLOCK_REASON_HOLDER)).rejects.toMatchObject(final);
  await expect(cards.block(cardId, BLOCK_REASON_LOST)).resolves.toMatchObject({ status: CardStatus.CARD_STATUS_LOST });
});

test('a card of somebody else is not found, by whatever call', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  const other = { customerId: 'cus_bia' };
  await expect(cards.get(cardId, 'cus_bia')).rejects.toMatchObject(notFound);
  await expect(cards.reveal(cardId, 'cus_bia')).rejects.toMatchObject(notFound);
  await expect(cards.block(cardId, BLOCK_REASON_HOLDER, other)).rejects.toMatchObject(notFound);
  await expect(cards.unblock(cardId, other)).rejects.toMatchObject(notFound);
  await expect(cards.get(cardId, 'cus_ana')).resolves.toMatchObject({ status: CardStatus.CARD_STATUS_ACTIVE });
});

test('a card that does not exist is not found', async () => {
  const { cards } = bank;
  await expect(cards.get('crd_none')).rejects.toMatchObject(notFound);
  await expect(cards.reveal('crd_none')).rejects.toMatchObject(notFound);
  await expect(cards.block('crd_none', BLOCK_REASON_HOLDER)).rejects.toMatchObject(notFound);
  await expect(cards.unblock('crd_none')).rejects.toMatchObject(notFound);
});

test('a block without a reason, or with one unheard of, is refused', async () => {
  const { cards } = bank;
  const { cardId } = await cards.issue();
  for (const reason of [BlockReason.BLOCK_REASON_UNSPECIFIED, 99]) {
    await expect(cards.block(cardId, reason)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [expect.objectContaining({ field: 'reason' })],
    });
  }
});

test('the holder must be said to reveal a card', async () => {
  const { cardId } = await bank.cards.issue();
  await expect(bank.cards.reveal(cardId, '')).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
});

test('a customer’s cards are listed oldest first, page by page, as they are now', async () => {
  const { cards, clock } = bank;
  const customerId = 'cus_list';
  const issued: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    issued.push((await cards.issue({ customerId })).cardId);
    clock.advance(1);
  }
  await cards.block(issued[1] ?? '', BLOCK_REASON_HOLDER);
  const first = await cards.list(customerId, 2);
  const second = await cards.list(customerId, 2, first.nextPageToken);
  const third = await cards.list(customerId, 2, second.nextPageToken);
  expect([first, second, third].flatMap((page) => page.cards.map(({ cardId }) => cardId))).toEqual(issued);
  expect(first.cards[1]?.status).toBe(CardStatus.CARD_STATUS_BLOCKED);
  expect(third.nextPageToken).toBe('');
  expect((await cards.list(customerId)).cards.length).toBe(5);
  expect(await cards.list('cus_without')).toEqual({ cards: [], nextPageToken: '' });
});

test('a page token that is not ours is refused, and one of another customer tells nothing of hers', async () => {
  const { cards, clock } = bank;
  await cards.issue({ customerId: 'cus_page' });
  clock.advance(1);
  await cards.issue({ customerId: 'cus_page' });
  const { nextPageToken } = await cards.list('cus_page', 1);
  await expect(cards.list('cus_without', 1, nextPageToken)).resolves.toEqual({ cards: [], nextPageToken: '' });
  for (const token of [
    'nonsense',
    Buffer.from('{"after":"x"}').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ]) {
    await expect(cards.list('cus_page', 1, token)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [expect.objectContaining({ field: 'page_token' })],
    });
  }
});
