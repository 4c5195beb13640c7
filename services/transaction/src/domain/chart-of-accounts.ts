import type { AccountClass } from './account.ts';

export type SystemAccountId =
  | 'system:cash'
  | 'system:settlement:pix'
  | 'system:settlement:cards'
  | 'system:settlement:open-finance'
  | 'system:loans'
  | 'system:card-network'
  | 'system:premiums'
  | 'system:taxes'
  | 'system:fees'
  | 'system:interest'
  | 'system:claims';

export type SystemAccount = Readonly<{
  accountClass: AccountClass;
  currency: string;
  /** False: it gives only what it got before. */
  unbounded: boolean;
  /** What it is for. */
  says: string;
}>;

const asset = { accountClass: 'ASSET', currency: 'BRL', unbounded: true } as const;
const liability = { accountClass: 'LIABILITY', currency: 'BRL', unbounded: false } as const;
const income = { accountClass: 'INCOME', currency: 'BRL', unbounded: true } as const;
const expense = { accountClass: 'EXPENSE', currency: 'BRL', unbounded: true } as const;

/**
 * The bank's own accounts. What its customers keep is opened by the account service: current accounts and merchants'
 * payables (LIABILITY: the bank owes it), and an account a credit card (ASSET: the bank is owed it).
 *
 * A balance is signed in the holder's favour: what the bank owns or is owed stands below zero here, what it owes or
 * earns above, and all of it together is zero. Income may go below zero, because a fee can be given back after the
 * year's result was carried over.
 */
export const chartOfAccounts: Readonly<Record<SystemAccountId, SystemAccount>> = {
  'system:cash': {
    ...asset,
    says: 'Notes and coins, and whatever else enters or leaves the bank by no other account.',
  },
  'system:settlement:pix': { ...asset, says: "The bank's money at Banco Central, through which Pix payments settle." },
  'system:settlement:cards': { ...asset, says: 'What card schemes have paid the bank, less what it has paid them.' },
  'system:settlement:open-finance': {
    ...asset,
    says: "Payments begun through Open Finance that the payer's bank has confirmed and not settled yet.",
  },
  'system:loans': { ...asset, says: 'Principal lent and not repaid; each contract is kept by the loans service.' },
  // After a refund of what is settled already, the schemes owe the bank: below zero for a while.
  'system:card-network': {
    ...liability,
    unbounded: true,
    says: 'What the bank owes card schemes for purchases at shops of other banks, until it settles with them.',
  },
  'system:premiums': { ...liability, says: 'Insurance premiums taken in, to stand for the risks that are covered.' },
  'system:taxes': { ...liability, says: 'IOF that was withheld and is owed to the Receita Federal.' },
  'system:fees': { ...income, says: 'Fees, interchange and the discount on what merchants sell by card.' },
  'system:interest': { ...income, says: 'Interest on loans.' },
  'system:claims': { ...expense, says: 'Insurance claims paid.' },
};

export const systemAccountIds = Object.keys(chartOfAccounts) as SystemAccountId[];
