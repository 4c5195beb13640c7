/** The check digit (ISO/IEC 7812-1, annex B) that makes `payload` and itself pass. payload: digits only. */
export function luhnDigit(payload: string): string {
  return String((10 - (luhnSum(`${payload}0`) % 10)) % 10);
}

/** Whether the last digit of `number` (digits only) is the check digit of the ones before it. */
export function passesLuhn(number: string): boolean {
  return luhnSum(number) % 10 === 0;
}

/** Every second digit from the right, beginning with the last but one, counts double, its digits added. */
function luhnSum(number: string): number {
  let sum = 0;
  for (let place = 0; place < number.length; place += 1) {
    const digit = Number(number.charAt(number.length - 1 - place));
    const weighted = place % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum;
}
