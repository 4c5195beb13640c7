import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';

/** An entry's event of an account with the balance after it. */
export function entry(
  accountId: string,
  sequence: bigint,
  after: Partial<Pick<EntryEvent, 'postedCents' | 'heldCents' | 'limitCents' | 'accountStatus'>> = {},
): EntryEvent {
  const { postedCents = 0n, heldCents = 0n, limitCents = 0n, accountStatus = 'ACTIVE' } = after;
  return EntryEvent.fromPartial({
    accountId,
    sequence,
    kind: 'TRANSFER',
    postedCents,
    heldCents,
    limitCents,
    availableCents: postedCents - heldCents + limitCents,
    accountStatus,
    currency: 'BRL',
    bookedAt: new Date(Date.UTC(2026, 10, 21, 12, 0, Number(sequence))),
  });
}
