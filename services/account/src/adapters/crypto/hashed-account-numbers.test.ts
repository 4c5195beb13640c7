import { HashedAccountNumbers } from './hashed-account-numbers.ts';

const numbers = new HashedAccountNumbers();

test('a number has eight digits, and is the same for the same account and attempt', () => {
  expect(numbers.candidate('acc_1', 1)).toMatch(/^\d{8}$/);
  expect(numbers.candidate('acc_1', 1)).toBe(numbers.candidate('acc_1', 1));
});

test('the next attempt and the next account draw another number', () => {
  expect(numbers.candidate('acc_1', 2)).not.toBe(numbers.candidate('acc_1', 1));
  expect(numbers.candidate('acc_2', 1)).not.toBe(numbers.candidate('acc_1', 1));
});

test('numbers spread over the whole range', () => {
  const firstDigits = new Set<string | undefined>();
  for (let index = 0; index < 200; index += 1) firstDigits.add(numbers.candidate(`acc_${index}`, 1)[0]);
  expect(firstDigits.size).toBe(10);
});
