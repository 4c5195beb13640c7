/** What a signed-in customer may be granted. `profile` is OpenID's, and opens the e-mail address in the ID token. */
export const customerScopes = [
  'accounts:read',
  'accounts:write',
  'cards:read',
  'cards:write',
  'orders:read',
  'orders:write',
  'statement:read',
  'transfers:write',
  'profile',
] as const;

/** What a merchant's client may be registered with. */
export const merchantScopes = [
  'products:write',
  'payments:read',
  'refunds:write',
  'orders:read',
  'merchant:read',
] as const;

/** What the bank's own operators' client may ask for. */
export const operatorScopes = [
  'merchants:write',
  'customers:read',
  'limits:write',
  'accounts:admin',
  'cards:admin',
  'deposits:write',
  'transactions:read',
] as const;

/** Parts of a scope string that are not in the list allowed, in their order. */
export function scopesOutside(scope: string, allowed: readonly string[]): string[] {
  return splitScope(scope).filter((part) => !allowed.includes(part));
}

/** A scope string's parts, without repetitions. */
export function splitScope(scope: string): string[] {
  return [...new Set(scope.split(' ').filter((part) => part !== ''))];
}
