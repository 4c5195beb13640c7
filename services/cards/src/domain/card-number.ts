import { luhnDigit } from './luhn.ts';

const length = 16;

export type Brand = 'elo' | 'visa' | 'mastercard' | 'hipercard';

/** A BIN range of a scheme: both ends are included, and have the same number of digits. */
type Range = readonly [brand: Brand, first: string, last: string];

// The first match counts: Elo's ranges lie inside those of Visa and others.
const ranges: readonly Range[] = [
  ['elo', '401178', '401179'],
  ['elo', '431274', '431274'],
  ['elo', '438935', '438935'],
  ['elo', '451416', '451416'],
  ['elo', '457393', '457393'],
  ['elo', '457631', '457632'],
  ['elo', '504175', '504175'],
  ['elo', '506699', '506778'],
  ['elo', '509000', '509999'],
  ['elo', '627780', '627780'],
  ['elo', '636297', '636297'],
  ['elo', '636368', '636368'],
  ['elo', '650031', '650033'],
  ['elo', '650035', '650051'],
  ['elo', '650405', '650439'],
  ['elo', '650485', '650538'],
  ['elo', '650541', '650598'],
  ['elo', '650700', '650718'],
  ['elo', '650720', '650727'],
  ['elo', '650901', '650978'],
  ['elo', '651652', '651679'],
  ['elo', '655000', '655019'],
  ['elo', '655021', '655058'],
  ['hipercard', '606282', '606282'],
  ['hipercard', '384100', '384100'],
  ['hipercard', '384140', '384140'],
  ['hipercard', '384160', '384160'],
  ['mastercard', '51', '55'],
  ['mastercard', '2221', '2720'],
  ['visa', '4', '4'],
];

/** The scheme that a number, or its first six digits or more, belongs to. */
export function brandOf(number: string): Brand | undefined {
  const range = ranges.find(([, first, last]) => {
    const prefix = number.slice(0, first.length);
    return first <= prefix && prefix <= last;
  });
  return range?.[0];
}

/** How many random digits a number with this BIN needs. */
export function randomDigitsOf(bin: string): number {
  return length - bin.length - 1;
}

/** A number of 16 digits: the BIN, the random account digits, and their check digit. */
export function cardNumber(bin: string, randomDigits: string): string {
  const payload = `${bin}${randomDigits}`;
  if (payload.length !== length - 1) throw new Error(`a BIN of ${bin.length} digits needs ${randomDigitsOf(bin)} more`);
  return `${payload}${luhnDigit(payload)}`;
}

export function lastFour(number: string): string {
  return number.slice(-4);
}
