/** As printed on the card: it is good until the end of this month at the latest. month: 1 to 12; year: four digits. */
export type Expiry = Readonly<{ month: number; year: number }>;

const yearsOfLife = 5;

/** The instant (UTC) at which a card issued now expires: the end of the month in five years. */
export function standardExpiry(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear() + yearsOfLife, now.getUTCMonth() + 1, 1));
}

export type TemporaryExpiryRefusal = 'expiry_not_in_future' | 'expiry_too_far';

/** Whether a temporary card may expire at this instant: in the future, and within five years. */
export function refuseTemporaryExpiry(expiresAt: Date, now: Date): TemporaryExpiryRefusal | undefined {
  if (expiresAt <= now) return 'expiry_not_in_future';
  const latest = new Date(now);
  latest.setUTCFullYear(now.getUTCFullYear() + yearsOfLife);
  return expiresAt > latest ? 'expiry_too_far' : undefined;
}

/** The month that the last moment before the instant lies in, so that the end of May is 05 and not 06. */
export function printedExpiry(expiresAt: Date): Expiry {
  const lastMoment = new Date(expiresAt.getTime() - 1);
  return { month: lastMoment.getUTCMonth() + 1, year: lastMoment.getUTCFullYear() };
}

/** At the instant itself the card is expired. */
export function isExpired(expiresAt: Date, now: Date): boolean {
  return now >= expiresAt;
}
