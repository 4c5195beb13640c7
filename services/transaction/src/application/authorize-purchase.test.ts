import { cents } from '@ipe/money/cents';
import { alone, FaultyJournal, leadingLedger, patient, silent, turn } from '../../test/live-ledger.ts';
import { goodCard, purchase, scope } from '../../test/paper-ledger.ts';
import type { CardFinding } from '../domain/decide-authorize.ts';
import { AuthorizePurchase } from './authorize-purchase.ts';
import { cancelAuthorization } from './cancel-authorization.ts';
import { findTransaction } from './get-transaction.ts';
import type { CardRegistry } from './ports.ts';
import { taskOf } from './task.ts';

const card = { number: '6505160000000000', expiryMonth: 12, expiryYear: 2030, cvv: '123' };

/** Cards that answer when they are let. */
class GatedCards implements CardRegistry {
  readonly deadlines: number[] = [];
  private readonly waiting: Array<(finding: CardFinding | Error) => void> = [];

  constructor(private readonly finding: CardFinding | Error | 'held back' = goodCard) {}

  verify(_card: unknown, deadlineMs: number): Promise<CardFinding> {
    this.deadlines.push(deadlineMs);
    return new Promise((resolve, reject) => {
      const answer = (found: CardFinding | Error) => (found instanceof Error ? reject(found) : resolve(found));
      if (this.finding === 'held back') this.waiting.push(answer);
      else answer(this.finding);
    });
  }

  answer(finding: CardFinding | Error): void {
    for (const answer of this.waiting.splice(0)) answer(finding);
  }
}

async function shopping(cards: GatedCards) {
  const journal = new FaultyJournal();
  const parts = await leadingLedger(journal);
  for (const [accountId, limit] of [
    ['acc_card', 50_000n],
    ['acc_shop', 0n],
  ] as const) {
    const command = { idempotency: scope(accountId), accountId, accountClass: 'ASSET', currency: 'BRL' } as const;
    await parts.ledger.execute(patient, taskOf({ kind: 'openAccount', ...command, limit: cents(limit) }));
  }
  const shardedLedger = alone(parts.ledger);
  const authorize = new AuthorizePurchase({ ...parts, shardedLedger, cards, log: silent, cardCheckDeadlineMs: 800 });
  return { ...parts, authorize, journal };
}

test('asks for the card with its own deadline, approves, and counts it once', async () => {
  const cards = new GatedCards();
  const { authorize, metrics } = await shopping(cards);
  expect(await authorize.execute(purchase('p', 100n), card, patient)).toMatchObject({
    replayed: false,
    answer: { status: 'AUTHORIZED' },
  });
  expect(await authorize.execute(purchase('p', 100n), card, patient)).toMatchObject({ replayed: true });
  expect(cards.deadlines).toEqual([800]);
  expect(metrics.purchases).toEqual(['AUTHORIZED']);
});

test('a card whose state cannot be known is declined, journaled, and stays so for this key', async () => {
  const { authorize, ledger } = await shopping(new GatedCards(new Error('14 UNAVAILABLE')));
  const reply = await authorize.execute(purchase('p', 100n), card, patient);
  expect(reply).toMatchObject({ answer: { declineReason: 'card_state_unknown', responseCode: '91' } });
  expect(await findTransaction(ledger, { caller: 'shop', key: 'p' }, patient)).toMatchObject({
    answer: { status: 'DECLINED' },
  });
});

test('a batch waits for many whose cards are being checked, and takes them along', async () => {
  const cards = new GatedCards('held back');
  const { authorize, ledger, journal } = await shopping(cards);
  const batchesBefore = journal.appended.length;
  const purchases = Array.from({ length: 5 }, (_, at) => authorize.execute(purchase(`p${at}`, 100n), card, patient));
  await turn();
  const asked = { accountId: 'acc_new', accountClass: 'ASSET', currency: 'BRL', limit: cents(0n) } as const;
  const opened = ledger.execute(patient, taskOf({ kind: 'openAccount', idempotency: scope('acc_new'), ...asked }));
  await turn();
  cards.answer(goodCard);
  await Promise.all([opened, ...purchases]);
  expect(journal.appended.length - batchesBefore).toBe(1);
});

test('twenty at once with one key ask for the card once, and get one answer', async () => {
  const cards = new GatedCards('held back');
  const { authorize } = await shopping(cards);
  const calls = Array.from({ length: 20 }, () => authorize.execute(purchase('p', 100n), card, patient));
  await turn();
  cards.answer(goodCard);
  const replies = await Promise.all(calls);
  expect(
    new Set(replies.map((reply) => (reply.kind === 'answered' ? reply.answer.transactionId : reply.kind))).size,
  ).toBe(1);
  expect(replies.filter((reply) => reply.kind === 'answered' && !reply.replayed)).toHaveLength(1);
  expect(cards.deadlines).toHaveLength(1);
});

test('another body under a key in flight waits, and is refused', async () => {
  const cards = new GatedCards('held back');
  const { authorize } = await shopping(cards);
  const first = authorize.execute(purchase('p', 100n), card, patient);
  const other = authorize.execute(purchase('p', 200n), card, patient);
  await turn();
  cards.answer(goodCard);
  expect(await first).toMatchObject({ answer: { amount: 100n } });
  expect(await other).toMatchObject({ refusal: 'idempotency_key_reused' });
});

test('nothing is begun when the deadline passed during the card check', async () => {
  const cards = new GatedCards('held back');
  const { authorize, ledger, scheduler } = await shopping(cards);
  const call = { deadline: scheduler.time + 300, traceparent: '' };
  const reply = authorize.execute(purchase('p', 100n), card, call);
  await turn();
  scheduler.time += 300;
  cards.answer(new Error('4 DEADLINE_EXCEEDED'));
  expect(await reply).toEqual({ kind: 'unserved', why: 'deadline_exceeded' });
  expect(cards.deadlines).toEqual([300]);
  expect(await findTransaction(ledger, { caller: 'shop', key: 'p' }, patient)).toMatchObject({
    refusal: 'transaction_not_found',
  });
});

test('an authorisation that is called off during its card check is declined', async () => {
  const cards = new GatedCards('held back');
  const { authorize, ledger } = await shopping(cards);
  const reply = authorize.execute(purchase('p', 100n), card, patient);
  await cancelAuthorization(ledger, { caller: 'shop', authorizationKey: 'p' }, patient);
  cards.answer(goodCard);
  expect(await reply).toMatchObject({ answer: { declineReason: 'cancelled_by_merchant' } });
});

test('the card is not asked for when the answer is known without it', async () => {
  const cards = new GatedCards();
  const { authorize, ledger } = await shopping(cards);
  await cancelAuthorization(ledger, { caller: 'shop', authorizationKey: 'off' }, patient);
  expect(await authorize.execute(purchase('off', 1n), card, patient)).toMatchObject({ answer: { status: 'DECLINED' } });
  const shop = { merchantId: 'm', accountId: 'acc_nobody', name: 'x', mcc: '0000' };
  expect(await authorize.execute(purchase('p', 1n, { merchant: shop }), card, patient)).toMatchObject({
    refusal: 'account_not_found',
  });
  expect(cards.deadlines).toEqual([]);
});

test('what a card shows is nowhere in the journal', async () => {
  const { authorize, journal } = await shopping(new GatedCards());
  await authorize.execute(purchase('p', 100n), card, patient);
  const written = Buffer.concat(journal.appended.map(({ bytes }) => bytes)).toString('latin1');
  expect(written).toContain('crd_1');
  expect(written).not.toContain(card.number);
});
