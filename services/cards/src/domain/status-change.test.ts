import { cents } from '@ipe/money/cents';
import type { Card, CardStatus } from './card.ts';
import { decideBlock, decideUnblock } from './status-change.ts';

const card = (changes: Partial<Card> = {}): Card => ({
  cardId: 'crd_1',
  customerId: 'cus_1',
  accountId: 'acc_1',
  holderName: 'ANA SILVA',
  lastFour: '1234',
  brand: 'elo',
  expiresAt: new Date('2031-12-01T00:00:00Z'),
  status: 'active',
  blockedBy: 'nobody',
  wrongCvvs: 0,
  createdAt: new Date('2026-11-21T08:00:00Z'),
  limit: cents(100_000n),
  ...changes,
});

const finals: readonly CardStatus[] = ['lost', 'stolen', 'cancelled'];

test.each([
  ['holder', { status: 'blocked', blockedBy: 'holder' }],
  ['bank', { status: 'blocked', blockedBy: 'bank' }],
  ['lost', { status: 'lost' }],
  ['stolen', { status: 'stolen' }],
  ['cancel', { status: 'cancelled' }],
] as const)('blocks an active card for the reason %s', (reason, expected) => {
  expect(decideBlock(card(), reason)).toMatchObject({ kind: 'accepted', card: expected });
});

test.each(finals)('a card that is %s is so for good', (status) => {
  const refused = { kind: 'refused', refusal: 'card_status_final' };
  expect(decideBlock(card({ status }), 'holder')).toEqual(refused);
  expect(decideUnblock(card({ status }), 'bank')).toEqual(refused);
  expect(decideBlock(card({ status }), status === 'lost' ? 'stolen' : 'lost')).toEqual(refused);
});

test('reporting twice that a card is lost changes nothing', () => {
  const lost = card({ status: 'lost' });
  expect(decideBlock(lost, 'lost')).toEqual({ kind: 'accepted', card: lost });
});

test('the holder lifts an own block, and not the bank’s', () => {
  expect(decideUnblock(card({ status: 'blocked', blockedBy: 'holder' }), 'holder')).toMatchObject({
    kind: 'accepted',
    card: { status: 'active', blockedBy: 'nobody' },
  });
  expect(decideUnblock(card({ status: 'blocked', blockedBy: 'bank' }), 'holder')).toEqual({
    kind: 'refused',
    refusal: 'blocked_by_bank',
  });
  expect(decideUnblock(card({ status: 'blocked', blockedBy: 'bank' }), 'bank')).toMatchObject({ kind: 'accepted' });
});

test('a holder who blocks what the bank blocked has not got the key to it', () => {
  const blocked = card({ status: 'blocked', blockedBy: 'bank' });
  expect(decideBlock(blocked, 'holder')).toMatchObject({ card: { blockedBy: 'bank' } });
});

test('an unblocked card forgets its wrong CVVs, and an active one stays as it is', () => {
  expect(decideUnblock(card({ status: 'locked', wrongCvvs: 3 }), 'holder')).toMatchObject({
    card: { status: 'active', wrongCvvs: 0 },
  });
  expect(decideUnblock(card({ wrongCvvs: 2 }), 'holder')).toMatchObject({ card: { wrongCvvs: 2 } });
});
