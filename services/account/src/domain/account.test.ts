import { cents } from '@ipe/money/cents';
import { addsUp, ledgerClass, openingBalance } from './account.ts';

test('a new account has its limit available and nothing else', () => {
  const balance = openingBalance(cents(50_000n));
  expect(balance).toMatchObject({ posted: 0n, held: 0n, limit: 50_000n, available: 50_000n, sequence: 0n });
  expect(balance.status).toBe('ACTIVE');
  expect(addsUp(balance)).toBe(true);
});

test('the bank is owed by card holders and owes the others', () => {
  expect(ledgerClass('CREDIT_CARD')).toBe('ASSET');
  expect(ledgerClass('CURRENT')).toBe('LIABILITY');
  expect(ledgerClass('MERCHANT')).toBe('LIABILITY');
});

test('a balance adds up when available is posted less held plus limit', () => {
  const owing = { posted: cents(-3_000n), held: cents(1_000n), limit: cents(10_000n) };
  expect(addsUp({ ...owing, available: cents(6_000n) })).toBe(true);
  expect(addsUp({ ...owing, available: cents(6_001n) })).toBe(false);
});
