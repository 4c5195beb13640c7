/** What tokens may be allowed to do, and what it says on the page where somebody agrees to it. */
export const customerScopes = {
  'accounts:read': 'See own accounts and balances',
  'accounts:write': 'Open, freeze and close own accounts',
  'cards:read': 'See own cards',
  'cards:write': 'Issue, block and unblock own cards, and see their numbers',
  'orders:read': 'See orders and payments',
  'orders:write': 'Order and pay',
  'statement:read': 'See the statement and follow it live',
  'transfers:write': 'Transfer money',
  profile: 'See own name and contact',
} as const;

export const merchantScopes = {
  'products:write': "Change the shop's products",
  'payments:read': "See the shop's payments",
  'refunds:write': 'Give money back',
  'orders:read': "See the shop's orders",
  'merchant:read': "See the shop's own record",
} as const;

export const operatorScopes = {
  'merchants:write': 'Register merchants and their clients',
  'customers:read': 'See any customer and their accounts',
  'limits:write': 'Change credit limits',
  'accounts:admin': 'Freeze, release and close any account',
  'cards:admin': 'Block and unblock any card',
  'deposits:write': 'Pay in cash',
  'transactions:read': 'See any transaction',
} as const;

export const allScopes = { ...customerScopes, ...merchantScopes, ...operatorScopes };
export type Scope = keyof typeof allScopes;
