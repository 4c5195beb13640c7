import { merchantScopes, scopesOutside, splitScope } from './scopes.ts';

test('tells which parts of a scope are not allowed', () => {
  expect(scopesOutside('payments:read deposits:write refunds:write x', merchantScopes)).toEqual([
    'deposits:write',
    'x',
  ]);
  expect(scopesOutside('payments:read', merchantScopes)).toEqual([]);
});

test('a scope said twice or with wide spaces counts once', () => {
  expect(splitScope(' orders:read  payments:read orders:read ')).toEqual(['orders:read', 'payments:read']);
  expect(splitScope('')).toEqual([]);
});
