import { refuseCustomersChange } from './freeze.ts';

const own = ['ACTIVE', 'FROZEN', 'CLOSED'] as const;
const banks = ['FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL'] as const;

test('a customer freezes, releases and closes', () => {
  for (const now of own) for (const wanted of own) expect(refuseCustomersChange(now, wanted)).toBeUndefined();
});

test('a customer neither sets nor lifts a freeze of the bank’s, nor turns it into another', () => {
  for (const bank of banks) {
    for (const status of [...own, ...banks]) {
      expect(refuseCustomersChange(bank, status)).toBe('frozen_by_bank');
      expect(refuseCustomersChange(status, bank)).toBe('frozen_by_bank');
    }
  }
});
