import { formatDecimal } from './amount.ts';

declare const brand: unique symbol;

/** Money in hundredths of a real. Branded so that a plain bigint cannot slip in. */
export type Cents = bigint & { readonly [brand]: 'Cents' };

/** The contracts carry amounts as int64: nothing larger could leave or enter a service. */
const largest = 2n ** 63n - 1n;
const longest = formatCents(cents(-largest)).length;

export function cents(value: bigint): Cents {
  return value as Cents;
}

/** "10.00" as REST writes it; no float is ever involved. */
export function formatCents(value: Cents): string {
  return formatDecimal(value, 2);
}

/**
 * Reads what formatCents writes and nothing else: "10.00", "-0.05".
 * Throws RangeError for any other text: one decimal place, leading zeros, a plus, minus zero, more than an int64 holds.
 * The text itself is not in the message: it may be of any size.
 */
export function parseCents(text: string): Cents {
  // Length first: a megabyte of digits must not become a bigint.
  const match = text.length <= longest ? /^(-?)(0|[1-9]\d*)\.(\d{2})$/.exec(text) : null;
  if (!match) throw new RangeError('not an amount such as "10.00"');
  const magnitude = BigInt(`${match[2]}${match[3]}`);
  const negative = match[1] === '-';
  if (magnitude > largest || (negative && magnitude === 0n)) throw new RangeError('not an amount such as "10.00"');
  return cents(negative ? -magnitude : magnitude);
}
