import type { Transaction } from '../../src/domain/transaction.ts';
import type { World } from './world.ts';

/** The holds, kept apart from the ledger's own way to keep them: what is held, and that each ends once. */
export class HoldBook {
  private readonly heldOn = new Map<string, bigint>();
  private readonly last = new Map<string, Transaction>();

  constructor(private readonly world: World) {}

  take(now: Transaction, decidedAt: number): void {
    const before = this.last.get(now.transactionId);
    this.last.set(now.transactionId, now);
    const change = now.held - (before?.held ?? 0n);
    this.heldOn.set(now.debitAccountId, (this.heldOn.get(now.debitAccountId) ?? 0n) + change);
    if (now.version !== (before?.version ?? 0) + 1) {
      this.broken('the books are right', now, `version ${now.version} follows ${before?.version ?? 0}`);
    }
    if (!before || (now.kind !== 'CARD_PURCHASE' && now.kind !== 'HOLD')) return;
    if (before.held === 0n) {
      const isRefund = now.refunded > before.refunded && now.captured === before.captured && now.held === 0n;
      if (!isRefund) this.broken('a hold ends once', now, `it was ${before.status}, and became ${now.status}`);
      return;
    }
    const endsAt = before.expiresAt ?? Number.POSITIVE_INFINITY;
    const isCapture = now.captured > before.captured;
    if (isCapture && decidedAt >= endsAt) this.broken('a hold ends in time', now, 'captured after its end');
    if (now.status === 'EXPIRED' && decidedAt < endsAt)
      this.broken('a hold ends in time', now, 'expired before its end');
  }

  /** One that has run out by then, and is held still. */
  lateAt(now: number): string | undefined {
    for (const { transactionId, kind, held, expiresAt } of this.last.values()) {
      const isHold = kind === 'CARD_PURCHASE' || kind === 'HOLD';
      if (isHold && held > 0n && expiresAt !== undefined && expiresAt <= now) return transactionId;
    }
    return undefined;
  }

  check(accountId: string, held: bigint): void {
    const expected = this.heldOn.get(accountId) ?? 0n;
    if (held !== expected) {
      this.world.broken('held is the sum of the open holds', `${accountId} holds ${held}, its holds ${expected}`);
    }
  }

  private broken(rule: Parameters<World['broken']>[0], { transactionId }: Transaction, why: string): void {
    this.world.broken(rule, `${transactionId}: ${why}`);
  }
}
