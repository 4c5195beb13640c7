import type { LedgerRecord } from '../../../src/domain/record.ts';
import type { Remittance } from '../../../src/domain/remittance.ts';
import type { Transaction } from '../../../src/domain/transaction.ts';
import type { World } from '../world.ts';

/** The reservations: one that a transaction has named ends with it, and any other is freed. */
export class ReservationBook {
  private readonly named = new Set<string>();
  private readonly open = new Map<string, Transaction>();
  private readonly ended = new Map<string, 'taken' | 'freed'>();

  constructor(private readonly world: World) {}

  /** One that has not ended; undefined when all have. */
  left(): string | undefined {
    const [first] = this.open.keys();
    return first;
  }

  take({ change }: LedgerRecord): void {
    if (change.kind !== 'transaction') return;
    for (const transaction of change.transactions) {
      if (transaction.kind === 'RESERVATION') this.takeReservation(transaction);
    }
    for (const remittance of change.remittances) this.takeRemittance(remittance);
  }

  private takeRemittance({ postings, reservationIds }: Remittance): void {
    const rest = new Map<string, bigint>();
    for (const id of reservationIds) {
      if (this.named.has(id)) this.broken(id, 'it was named twice');
      if (this.ended.has(id)) this.broken(id, 'it was freed before it was named');
      this.named.add(id);
      const reservation = this.open.get(id);
      if (reservation) rest.set(reservation.debitAccountId, reservation.amount);
    }
    for (const { accountId, posted } of postings) rest.set(accountId, (rest.get(accountId) ?? 0n) + posted);
    for (const [accountId, left] of rest) {
      if (left < 0n) this.broken(`${reservationIds}`, `${-left} more is taken from ${accountId} than was set aside`);
    }
  }

  private takeReservation(reservation: Transaction): void {
    const { transactionId, held, captured, amount } = reservation;
    if (held > 0n) {
      this.world.count('reservations');
      this.open.set(transactionId, reservation);
      return;
    }
    const how = captured > 0n ? 'taken' : 'freed';
    this.world.count(`reservations ${how}`);
    if (this.ended.has(transactionId)) this.broken(transactionId, 'it has ended twice');
    if (how === 'freed' && this.named.has(transactionId)) this.broken(transactionId, 'it was named, and then freed');
    if (how === 'taken' && !this.named.has(transactionId)) this.broken(transactionId, 'nobody had named it');
    if (how === 'taken' && captured !== amount) this.broken(transactionId, `${captured} of ${amount} was taken`);
    this.open.delete(transactionId);
    this.ended.set(transactionId, how);
  }

  private broken(id: string, why: string): void {
    this.world.broken('a reservation ends once, and as it should', `${id}: ${why}`);
  }
}
