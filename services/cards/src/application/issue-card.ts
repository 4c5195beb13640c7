import { derivedId } from '@ipe/dynamodb/derived-id';
import type { Cents } from '@ipe/money/cents';
import { Inject, Injectable } from '@nestjs/common';
import type { Card } from '../domain/card.ts';
import { brandOf, cardNumber, lastFour, randomDigitsOf } from '../domain/card-number.ts';
import { refuseLimit } from '../domain/credit-policy.ts';
import { refuseTemporaryExpiry, standardExpiry } from '../domain/expiry.ts';
import type { Refusal } from '../domain/refusal.ts';
import {
  Accounts,
  CardMetrics,
  type CardOutcome,
  CardStore,
  Clock,
  IssuingTerms,
  KeyVault,
  NumberSecrets,
  RandomDigits,
  type Write,
} from './ports.ts';

export type IssueCardCommand = Readonly<{
  caller: string;
  idempotencyKey: string;
  customerId: string;
  holderName: string;
  limit: Cents;
  /** Absent: the end of the month in five years. */
  expiresAt: Date | undefined;
}>;

// A BIN of 8 digits has ten million numbers: so many collisions in a row mean that it is used up.
const numbersToTry = 10;

@Injectable()
export class IssueCard {
  constructor(
    @Inject(CardStore) private readonly store: CardStore,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(KeyVault) private readonly vault: KeyVault,
    @Inject(NumberSecrets) private readonly secrets: NumberSecrets,
    @Inject(RandomDigits) private readonly digits: RandomDigits,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(CardMetrics) private readonly metrics: CardMetrics,
    @Inject(IssuingTerms) private readonly terms: IssuingTerms,
  ) {}

  async execute(command: IssueCardCommand): Promise<CardOutcome> {
    const write = writeOf(command);
    const before = await this.store.findWrite(write);
    if (before) return before.kind === 'replayed' ? { kind: 'done', card: before.card } : keyReused;
    const now = this.clock.now();
    const refusal = this.refuse(command, now);
    if (refusal) return { kind: 'refused', refusal };
    // Opened first: an account without a card harms nobody, and the same key asked again finds it and goes on.
    const account = await this.accounts.openCreditCardAccount(write, command.customerId, command.limit);
    if (account.kind === 'refused') return account;
    return this.issue(write, command, account.accountId, now);
  }

  private refuse({ limit, expiresAt }: IssueCardCommand, now: Date): Refusal | undefined {
    return refuseLimit(limit, this.terms.maxLimit) ?? (expiresAt && refuseTemporaryExpiry(expiresAt, now));
  }

  private async issue(write: Write, command: IssueCardCommand, accountId: string, now: Date): Promise<CardOutcome> {
    const { bin } = this.terms;
    const cardId = derivedId('crd', write);
    for (let attempt = 1; attempt <= numbersToTry; attempt += 1) {
      const number = cardNumber(bin, this.digits.next(randomDigitsOf(bin)));
      const card = this.newCard(command, { cardId, accountId, number, now });
      const sealedNumber = await this.vault.seal(number, cardId);
      const outcome = await this.store.add(write, { card, panIndex: this.secrets.index(number), sealedNumber });
      if (outcome.kind === 'number_taken') continue;
      if (outcome.kind === 'key_reused') return keyReused;
      if (outcome.kind === 'replayed') return { kind: 'done', card: outcome.card };
      this.metrics.issued();
      return { kind: 'done', card };
    }
    throw new Error(`no free card number in ${numbersToTry} tries: the BIN ${bin} is used up`);
  }

  private newCard(
    { customerId, holderName, limit, expiresAt }: IssueCardCommand,
    issued: { cardId: string; accountId: string; number: string; now: Date },
  ): Card {
    const brand = brandOf(issued.number);
    if (!brand) throw new Error('the configured BIN belongs to no scheme');
    return {
      cardId: issued.cardId,
      customerId,
      accountId: issued.accountId,
      holderName,
      lastFour: lastFour(issued.number),
      brand,
      expiresAt: expiresAt ?? standardExpiry(issued.now),
      status: 'active',
      blockedBy: 'nobody',
      wrongCvvs: 0,
      createdAt: issued.now,
      limit,
    };
  }
}

const keyReused: CardOutcome = { kind: 'refused', refusal: 'idempotency_key_reused' };

function writeOf(command: IssueCardCommand): Write {
  const { caller, idempotencyKey, customerId, holderName, limit, expiresAt } = command;
  return {
    caller,
    key: idempotencyKey,
    meaning: ['issue', customerId, holderName, limit, expiresAt?.toISOString() ?? null],
  };
}
