import { createHash } from 'node:crypto';
import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { parseEntryEvent } from '../src/adapters/kafka/entry-event.ts';
import type { Entry } from '../src/domain/entry.ts';

type Booked = Partial<Omit<EntryEvent, 'accountId' | 'sequence' | 'kind'>>;

/** One account's ledger as the core keeps it: makes the entry events of whatever happens to the account, in order. */
export class AccountLedger {
  readonly events: EntryEvent[] = [];
  private nowMs: number;
  private transactions = 0;

  constructor(
    readonly accountId: string,
    private readonly limitCents = 100_000n,
    start = '2026-03-01T12:00:00.000Z',
  ) {
    this.nowMs = Date.parse(start);
    this.book('ACCOUNT_OPENED', {});
  }

  get entries(): Entry[] {
    return this.events.map((event) => parseEntryEvent(JSON.stringify(EntryEvent.toJSON(event))));
  }

  wait(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** A purchase by card; returns its transaction. */
  hold(amountCents: bigint, description = 'Loja Ipê'): Purchase {
    const transactionId = this.nextTransaction();
    const purchase = { transactionId, transactionCreatedAt: new Date(this.nowMs) };
    const card = { cardId: 'card_1', cardLastFour: '1234', installments: 3, authorizationCode: 'A1B2C3' };
    const shop = { description, merchantId: 'mer_1', orderId: 'ord_1', counterpartyAccountId: 'acc_shop' };
    this.book('HOLD_PLACED', { ...purchase, ...card, ...shop, heldDeltaCents: amountCents });
    const more = { ...purchase, ...card, ...shop };
    return {
      transactionId,
      capture: (cents) => this.book('CAPTURE', { ...more, postedDeltaCents: -cents, heldDeltaCents: -cents }),
      release: (cents) => this.book('HOLD_RELEASED', { ...more, heldDeltaCents: -cents }),
      expire: (cents) => this.book('HOLD_EXPIRED', { ...more, heldDeltaCents: -cents }),
      refund: (cents) => this.book('REFUND', { ...more, postedDeltaCents: cents }),
    };
  }

  /** Somebody's purchase, captured in favour of this account. */
  sell(amountCents: bigint): EntryEvent {
    const transactionId = this.nextTransaction();
    const transactionCreatedAt = new Date(this.nowMs - 60_000);
    return this.book('CAPTURE', { transactionId, transactionCreatedAt, postedDeltaCents: amountCents });
  }

  transfer(deltaCents: bigint, description = 'Aluguel'): EntryEvent {
    return this.move('TRANSFER', deltaCents, description);
  }

  reverse(deltaCents: bigint): EntryEvent {
    return this.move('REVERSAL', deltaCents, 'Estorno');
  }

  changeStatus(accountStatus: string): EntryEvent {
    return this.book('STATUS_CHANGED', { accountStatus });
  }

  private move(kind: string, postedDeltaCents: bigint, description: string): EntryEvent {
    const transactionId = this.nextTransaction();
    return this.book(kind, {
      transactionId,
      transactionCreatedAt: new Date(this.nowMs),
      postedDeltaCents,
      description,
    });
  }

  private nextTransaction(): string {
    this.transactions += 1;
    return `txn_${this.accountId}_${String(this.transactions).padStart(6, '0')}`;
  }

  private book(kind: string, booked: Booked): EntryEvent {
    const before = this.events.at(-1);
    const postedCents = (before?.postedCents ?? 0n) + (booked.postedDeltaCents ?? 0n);
    const heldCents = (before?.heldCents ?? 0n) + (booked.heldDeltaCents ?? 0n);
    const event = EntryEvent.fromPartial({
      accountStatus: 'ACTIVE',
      currency: 'BRL',
      ...booked,
      accountId: this.accountId,
      sequence: BigInt(this.events.length + 1),
      kind,
      postedCents,
      heldCents,
      limitCents: this.limitCents,
      availableCents: postedCents - heldCents + this.limitCents,
      bookedAt: new Date(this.nowMs),
    });
    event.hash = createHash('sha256')
      .update(`${before?.hash ?? ''} ${JSON.stringify(EntryEvent.toJSON(event))}`)
      .digest('hex');
    this.events.push(event);
    this.nowMs += 1_000;
    return event;
  }
}

export type Purchase = {
  transactionId: string;
  capture(cents: bigint): EntryEvent;
  release(cents: bigint): EntryEvent;
  expire(cents: bigint): EntryEvent;
  refund(cents: bigint): EntryEvent;
};
