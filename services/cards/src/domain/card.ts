import type { Cents } from '@ipe/money/cents';
import type { Brand } from './card-number.ts';

export type CardStatus = 'active' | 'blocked' | 'locked' | 'lost' | 'stolen' | 'cancelled';

/** A card without its secrets. */
export type Card = Readonly<{
  cardId: string;
  customerId: string;
  /** The credit-card account that it draws on. */
  accountId: string;
  holderName: string;
  lastFour: string;
  brand: Brand;
  /** The instant at which it is no longer good. */
  expiresAt: Date;
  status: CardStatus;
  /** Who blocked it; matters while its status is blocked. */
  blockedBy: 'nobody' | 'holder' | 'bank';
  /** Wrong CVVs in a row. */
  wrongCvvs: number;
  createdAt: Date;
  /** The limit it was issued with. */
  limit: Cents;
}>;
