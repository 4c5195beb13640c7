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
    private readonly currency = 'BRL',
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
    const more = { ...purchase, ...card, ...shop };
    this.book('HOLD_PLACED', { ...more, heldDeltaCents: amountCents, transactionStatus: 'AUTHORIZED' });
    let held = amountCents;
    let captured = 0n;
    const capture = (cents: bigint, final = false) => {
      captured += cents;
      const released = final ? held - cents : 0n;
      held -= cents + released;
      const after = { ...more, transactionStatus: held > 0n ? 'PARTIALLY_CAPTURED' : 'CAPTURED' };
      const event = this.book('CAPTURE', { ...after, postedDeltaCents: -cents, heldDeltaCents: -cents });
      if (released > 0n) this.book('HOLD_RELEASED', { ...after, heldDeltaCents: -released });
      return event;
    };
    const increase = (cents: bigint) => {
      held += cents;
      const transactionStatus = captured > 0n ? 'PARTIALLY_CAPTURED' : 'AUTHORIZED';
      return this.book('HOLD_INCREASED', { ...more, transactionStatus, heldDeltaCents: cents });
    };
    const end = (kind: string, emptied: string) => {
      const transactionStatus = captured > 0n ? 'CAPTURED' : emptied;
      const event = this.book(kind, { ...more, transactionStatus, heldDeltaCents: -held });
      held = 0n;
      return event;
    };
    return {
      transactionId,
      increase,
      capture,
      release: () => end('HOLD_RELEASED', 'VOIDED'),
      expire: () => end('HOLD_EXPIRED', 'EXPIRED'),
      refund: (cents) => this.book('REFUND', { ...more, postedDeltaCents: cents }),
      get held() {
        return held;
      },
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

  /** Lines of one posting on this account; the other sides are several, so that no line names one. */
  post(...deltasCents: readonly bigint[]): void {
    const posting = { transactionId: this.nextTransaction(), transactionCreatedAt: new Date(this.nowMs) };
    const more = { ...posting, description: 'Pix', transactionStatus: 'POSTED', counterpartyAccountId: '' };
    for (const postedDeltaCents of deltasCents) this.book('POSTING', { ...more, postedDeltaCents });
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
      currency: this.currency,
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
  /** What is still held. */
  readonly held: bigint;
  increase(cents: bigint): EntryEvent;
  /** final: what is left of the hold is given free in the same breath. */
  capture(cents: bigint, final?: boolean): EntryEvent;
  release(): EntryEvent;
  expire(): EntryEvent;
  refund(cents: bigint): EntryEvent;
};
