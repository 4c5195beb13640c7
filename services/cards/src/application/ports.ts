import type { Cents } from '@ipe/money/cents';
import type { Card } from '../domain/card.ts';
import type { Expiry } from '../domain/expiry.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Verdict } from '../domain/verification.ts';

/** What a use case that tells a card ends with. */
export type CardOutcome = { kind: 'done'; card: Card } | { kind: 'refused'; refusal: Refusal };

/** A write's scope and name, and everything that makes its meaning: the same key with another meaning is refused. */
export type Write = Readonly<{ caller: string; key: string; meaning: readonly unknown[] }>;

/** Something that this service needs did not answer; the same call may succeed later. */
export class Unavailable extends Error {
  override name = 'Unavailable';

  constructor(
    readonly reason: 'card_store_unavailable' | 'key_vault_unavailable' | 'card_contended' | 'card_state_unknown',
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** A card number under a data key that only the vault can unwrap. */
export type SealedNumber = Readonly<{
  /** Which master key wrapped the data key. */
  keyId: string;
  wrappedKey: Uint8Array;
  nonce: Uint8Array;
  /** With the authentication tag at its end. */
  ciphertext: Uint8Array;
}>;

/** What was sealed is not what is there now, or was sealed for another card. */
export class SealBroken extends Error {
  override name = 'SealBroken';

  constructor() {
    super('the sealed card number cannot be opened: it was changed, or belongs to another card');
  }
}

/** Envelope encryption of card numbers. Throws Unavailable when the master key cannot be reached. */
export interface KeyVault {
  /** cardId is bound to the seal. */
  seal(number: string, cardId: string): Promise<SealedNumber>;
  /** Throws SealBroken unless this was sealed for this card. */
  open(sealed: SealedNumber, cardId: string): Promise<string>;
}
export const KeyVault = Symbol('KeyVault');

/** What is derived from a card number by keys of this service, and never kept. */
export interface NumberSecrets {
  /** The blind index: finds a card by its number without the number being there. */
  index(number: string): string;
  cvv(number: string, expiry: Expiry): string;
  /** Takes the same time whichever digit is wrong. */
  cvvMatches(number: string, expiry: Expiry, presented: string): boolean;
}
export const NumberSecrets = Symbol('NumberSecrets');

export interface RandomDigits {
  /** That many decimal digits, none foreseeable. */
  next(count: number): string;
}
export const RandomDigits = Symbol('RandomDigits');

export type NewCard = Readonly<{ card: Card; panIndex: string; sealedNumber: SealedNumber }>;

/** revision grows with each change: a change names the one that it was decided on. */
export type StoredCard = NewCard & Readonly<{ revision: number }>;

export type WrittenBefore = { kind: 'replayed'; card: Card } | { kind: 'key_reused' };

/** All reads are strongly consistent. Every method throws Unavailable when the store does not answer. */
export interface CardStore {
  findWrite(write: Write): Promise<WrittenBefore | undefined>;
  /** Once for each write. number_taken: another card has this number. */
  add(write: Write, card: NewCard): Promise<WrittenBefore | { kind: 'written' } | { kind: 'number_taken' }>;
  /** One read of one item: the hot path. */
  findByNumber(panIndex: string): Promise<StoredCard | undefined>;
  find(cardId: string): Promise<StoredCard | undefined>;
  /** Oldest first, from behind `after`. */
  list(
    customerId: string,
    size: number,
    after: string | undefined,
  ): Promise<{ cards: Card[]; next: string | undefined }>;
  /** stale: the card was changed since it was read; here it is as it is now. */
  change(stored: StoredCard, card: Card): Promise<{ kind: 'written' } | { kind: 'stale'; stored: StoredCard }>;
  /** Once for each write. stale: the card was changed since it was read. */
  changeOnce(
    write: Write,
    stored: StoredCard,
    card: Card,
  ): Promise<WrittenBefore | { kind: 'written' } | { kind: 'stale' }>;
}
export const CardStore = Symbol('CardStore');

export type AccountOpening =
  | { kind: 'opened'; accountId: string }
  | { kind: 'refused'; refusal: 'customer_not_found' | 'account_unavailable' | 'idempotency_key_reused' };

export interface Accounts {
  /** Opens the credit-card account of this write, once however often it is asked. */
  openCreditCardAccount(write: Write, customerId: string, limit: Cents): Promise<AccountOpening>;
}
export const Accounts = Symbol('Accounts');

export interface Clock {
  now(): Date;
}
export const Clock = Symbol('Clock');

export interface CardMetrics {
  issued(): void;
  verified(verdict: Verdict): void;
  locked(): void;
}
export const CardMetrics = Symbol('CardMetrics');

/** What the bank's configuration says about new cards. */
export type IssuingTerms = Readonly<{ bin: string; maxLimit: Cents }>;
export const IssuingTerms = Symbol('IssuingTerms');
