import { cents } from '@ipe/money/cents';
import { refuseOpening } from './opening.ts';

const person = { document: '52998224725' };
const company = { document: '12ABC34501DE35' };
const none = cents(0n);

test('a person may open a current account and a card account with a limit', () => {
  expect(refuseOpening(person, { type: 'CURRENT', limit: none }, 4)).toBeUndefined();
  expect(refuseOpening(person, { type: 'CREDIT_CARD', limit: cents(100n) }, 5)).toBeUndefined();
});

test('only a company may open a merchant account', () => {
  expect(refuseOpening(person, { type: 'MERCHANT', limit: none }, 0)).toBe('company_required');
  expect(refuseOpening(company, { type: 'MERCHANT', limit: none }, 5)).toBeUndefined();
});

test('only a card account has a limit', () => {
  expect(refuseOpening(person, { type: 'CURRENT', limit: cents(1n) }, 0)).toBe('limit_not_allowed');
  expect(refuseOpening(company, { type: 'MERCHANT', limit: cents(1n) }, 0)).toBe('limit_not_allowed');
});

test('a sixth current account is refused', () => {
  expect(refuseOpening(person, { type: 'CURRENT', limit: none }, 5)).toBe('too_many_accounts');
});
