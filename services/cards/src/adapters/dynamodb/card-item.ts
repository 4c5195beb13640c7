import { fromItem, type Item, toItem } from '@ipe/dynamodb/item';
import { cents } from '@ipe/money/cents';
import type { NewCard, SealedNumber, StoredCard } from '../../application/ports.ts';
import type { Card } from '../../domain/card.ts';

// A card is one item under its number's blind index, so that a verification is one read. Two small items lead to it:
// one by card id, one by customer and time of issue.
const cardSortKey = 'card';

export type Key = { pk: string; sk: string };
export type Pointer = Key & { panIndex: string };

type CardFields = Omit<Card, 'expiresAt' | 'createdAt' | 'wrongCvvs' | 'limit'> & {
  expiresAt: string;
  createdAt: string;
  wrongCvvs: bigint;
  limitCents: bigint;
};

type CardItem = Key & CardFields & { revision: bigint; sealedNumber: SealedNumber };

export const cardKey = (panIndex: string): Key => ({ pk: `pan#${panIndex}`, sk: cardSortKey });
export const cardIdKey = (cardId: string): Key => ({ pk: `card#${cardId}`, sk: cardSortKey });
export const customerPartition = (customerId: string): string => `customer#${customerId}`;

export function newItems({ card, panIndex, sealedNumber }: NewCard): { card: Item; byId: Item; byCustomer: Item } {
  const byCustomer = {
    pk: customerPartition(card.customerId),
    sk: `${card.createdAt.toISOString()}#${card.cardId}`,
    panIndex,
  };
  return {
    card: toItem({ ...cardKey(panIndex), ...fieldsOf(card), revision: 1n, sealedNumber }),
    byId: toItem({ ...cardIdKey(card.cardId), panIndex }),
    byCustomer: toItem(byCustomer),
  };
}

export function toStoredCard(item: Item): StoredCard {
  const { pk, sk: _sk, revision, sealedNumber, ...fields } = fromItem<CardItem>(item);
  return { card: cardOf(fields), panIndex: pk.slice('pan#'.length), revision: Number(revision), sealedNumber };
}

/** The answer of a write, kept for ever: the card as it was then. */
export function encodeAnswer(card: Card): Uint8Array {
  const fields = fieldsOf(card);
  return Buffer.from(
    JSON.stringify({ ...fields, wrongCvvs: String(fields.wrongCvvs), limitCents: String(fields.limitCents) }),
  );
}

export function decodeAnswer(answer: Uint8Array): Card {
  const fields = JSON.parse(Buffer.from(answer).toString()) as CardFields & { wrongCvvs: string; limitCents: string };
  return cardOf({ ...fields, wrongCvvs: BigInt(fields.wrongCvvs), limitCents: BigInt(fields.limitCents) });
}

function fieldsOf({ expiresAt, createdAt, wrongCvvs, limit, ...rest }: Card): CardFields {
  return {
    ...rest,
    expiresAt: expiresAt.toISOString(),
    createdAt: createdAt.toISOString(),
    wrongCvvs: BigInt(wrongCvvs),
    limitCents: limit,
  };
}

function cardOf({ expiresAt, createdAt, wrongCvvs, limitCents, ...rest }: CardFields): Card {
  return {
    ...rest,
    expiresAt: new Date(expiresAt),
    createdAt: new Date(createdAt),
    wrongCvvs: Number(wrongCvvs),
    limit: cents(limitCents),
  };
}
