/**
 * The check digit of an account number: modulus 11 as Banco do Brasil publishes it.
 * The digits are weighed 2, 3, 4 … 9 from the right; 11 less the rest of the sum by 11 is the digit, where 10 is
 * written X and 11 is written 0. One wrong digit, and two neighbours exchanged, always change it.
 * Throws for anything but 1 to 8 digits: a ninth would need the weight 10, and 11 would count for nothing.
 */
export function checkDigit(number: string): string {
  if (!/^\d{1,8}$/.test(number)) throw new Error('an account number has 1 to 8 digits');
  let sum = 0;
  for (let place = 0; place < number.length; place += 1) {
    sum += Number(number[number.length - 1 - place]) * (place + 2);
  }
  const digit = (11 - (sum % 11)) % 11;
  return digit === 10 ? 'X' : String(digit);
}
