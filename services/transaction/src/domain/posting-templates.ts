import { type Cents, cents } from '@ipe/money/cents';
import type { SystemAccountId } from './chart-of-accounts.ts';
import type { EntryKind } from './entry.ts';
import type { PostingLine, Transaction } from './transaction.ts';

// Every movement of the bank, as an accountant would write it down. In each, the posted amounts sum to zero; what is
// held is a promise and moves no money. First purchases, holds and transfers, which have a life of their own in the
// ledger; then what the bank's products post.

/** A line to be written: what it adds to an account, signed in the holder's favour. */
export type Posting = Readonly<{
  accountId: string;
  counterpartyAccountId: string;
  kind: EntryKind;
  posted: Cents;
  held: Cents;
}>;

/** The purchase is approved: the amount is set aside on the payer's account. */
export function holdPostings(purchase: Transaction): Posting[] {
  return [onPayer(purchase, 'HOLD_PLACED', 0n, purchase.amount)];
}

/** `more` is set aside beside what is held already. */
export function incrementPostings(purchase: Transaction, more: Cents): Posting[] {
  return [onPayer(purchase, 'HOLD_INCREASED', 0n, more)];
}

/** The shop takes `amount` of what is held; `released` of the rest is given free in the same breath. */
export function capturePostings(purchase: Transaction, amount: Cents, released: Cents): Posting[] {
  return [
    onPayer(purchase, 'CAPTURE', -amount, -amount),
    onReceiver(purchase, 'CAPTURE', amount),
    ...(released > 0n ? [onPayer(purchase, 'HOLD_RELEASED', 0n, -released)] : []),
  ];
}

/** The shop wants no more of what is held. */
export function voidPostings(purchase: Transaction): Posting[] {
  return [onPayer(purchase, 'HOLD_RELEASED', 0n, -purchase.held)];
}

/** The hold ran out. */
export function expiryPostings(purchase: Transaction): Posting[] {
  return [onPayer(purchase, 'HOLD_EXPIRED', 0n, -purchase.held)];
}

/** The shop gives `amount` of what it captured back. */
export function refundPostings(purchase: Transaction, amount: Cents): Posting[] {
  return [onReceiver(purchase, 'REFUND', -amount), onPayer(purchase, 'REFUND', amount, 0n)];
}

/** One account gives, the other gets. */
export function transferPostings(transfer: Transaction): Posting[] {
  return [giving(transfer, 'TRANSFER'), getting(transfer, 'TRANSFER')];
}

/**
 * Lines of two accounts or more, in their order. Of two accounts, each names the other on its lines; of more, nobody
 * is named.
 */
export function linePostings(lines: readonly PostingLine[], kind: 'POSTING' | 'REVERSAL'): Posting[] {
  const [one = '', other = '', ...more] = new Set(lines.map(({ accountId }) => accountId));
  const counterpartyOf = (accountId: string) => (more.length > 0 ? '' : accountId === one ? other : one);
  return lines.map(({ accountId, amount }) => ({
    accountId,
    counterpartyAccountId: counterpartyOf(accountId),
    kind,
    posted: amount,
    held: cents(0n),
  }));
}

function onPayer(purchase: Transaction, kind: EntryKind, posted: bigint, held: bigint): Posting {
  return {
    accountId: purchase.debitAccountId,
    counterpartyAccountId: purchase.creditAccountId,
    kind,
    posted: cents(posted),
    held: cents(held),
  };
}

function onReceiver(purchase: Transaction, kind: EntryKind, posted: bigint): Posting {
  return {
    accountId: purchase.creditAccountId,
    counterpartyAccountId: purchase.debitAccountId,
    kind,
    posted: cents(posted),
    held: cents(0n),
  };
}

function giving({ debitAccountId, creditAccountId, amount }: Transaction, kind: EntryKind): Posting {
  return {
    accountId: debitAccountId,
    counterpartyAccountId: creditAccountId,
    kind,
    posted: cents(-amount),
    held: cents(0n),
  };
}

function getting({ debitAccountId, creditAccountId, amount }: Transaction, kind: EntryKind): Posting {
  return {
    accountId: creditAccountId,
    counterpartyAccountId: debitAccountId,
    kind,
    posted: amount,
    held: cents(0n),
  };
}

/** Who takes part in a movement, by the part they play: the caller says whose account that is. */
export type Party = 'account' | 'borrower' | 'card' | 'claimant' | 'merchant' | 'payee' | 'payer' | 'policyholder';

/** A line: what it takes from or adds to an account is the sum of the amounts that it names. */
export type TemplateLine = Readonly<{
  account: Party | SystemAccountId;
  side: 'debit' | 'credit';
  amounts: readonly string[];
}>;

export type PostingTemplate = Readonly<{ says: string; lines: readonly TemplateLine[] }>;

function debit(account: TemplateLine['account'], ...amounts: string[]): TemplateLine {
  return { account, side: 'debit', amounts };
}

function credit(account: TemplateLine['account'], ...amounts: string[]): TemplateLine {
  return { account, side: 'credit', amounts };
}

/**
 * How the bank's products post. In each, what an amount takes from one account it adds to another, so that the lines
 * sum to zero whatever the amounts are. An amount may be zero: its line is left out.
 */
export const postingTemplates = {
  cash_deposit: {
    says: 'Notes and coins, or money from outside the bank, come in for an account.',
    lines: [debit('system:cash', 'amount'), credit('account', 'amount')],
  },
  cash_withdrawal: {
    says: 'An account is paid out in notes and coins.',
    lines: [
      debit('account', 'amount'),
      credit('system:cash', 'amount'),
      debit('account', 'fee'),
      credit('system:fees', 'fee'),
    ],
  },
  fee: {
    says: 'The bank charges a fee.',
    lines: [debit('account', 'amount'), credit('system:fees', 'amount')],
  },
  pix_out: {
    says: 'A Pix payment to another bank; the fee is a line of its own on the statement.',
    lines: [
      debit('payer', 'amount'),
      credit('system:settlement:pix', 'amount'),
      debit('payer', 'fee'),
      credit('system:fees', 'fee'),
    ],
  },
  pix_in: {
    says: 'A Pix payment from another bank; a merchant may pay a fee for it.',
    lines: [
      debit('system:settlement:pix', 'amount'),
      credit('payee', 'amount'),
      debit('payee', 'fee'),
      credit('system:fees', 'fee'),
    ],
  },
  pix_return_out: {
    says: 'Whoever received a Pix payment from another bank gives some or all of it back.',
    lines: [debit('payee', 'amount'), credit('system:settlement:pix', 'amount')],
  },
  pix_return_in: {
    says: 'Some or all of a Pix payment to another bank comes back.',
    lines: [debit('system:settlement:pix', 'amount'), credit('payer', 'amount')],
  },
  open_finance_in: {
    says: 'A payment that was begun through Open Finance arrives from an account at another bank.',
    lines: [debit('system:settlement:open-finance', 'amount'), credit('payee', 'amount')],
  },
  loan_disbursement: {
    says: 'A loan is paid out; IOF and fee are withheld from it.',
    lines: [
      debit('system:loans', 'principal'),
      credit('borrower', 'principal'),
      debit('borrower', 'iof'),
      credit('system:taxes', 'iof'),
      debit('borrower', 'fee'),
      credit('system:fees', 'fee'),
    ],
  },
  loan_repayment: {
    says: 'An instalment is paid: one line for the borrower, of principal and interest.',
    lines: [
      debit('borrower', 'principal', 'interest'),
      credit('system:loans', 'principal'),
      credit('system:interest', 'interest'),
    ],
  },
  insurance_premium: {
    says: 'A premium is paid, with the IOF on it.',
    lines: [
      debit('policyholder', 'premium', 'iof'),
      credit('system:premiums', 'premium'),
      credit('system:taxes', 'iof'),
    ],
  },
  insurance_claim: {
    says: 'A claim is paid.',
    lines: [debit('system:claims', 'amount'), credit('claimant', 'amount')],
  },
  card_bill_payment: {
    says: "A credit card's bill is paid, in part or whole: its account owes that much less.",
    lines: [debit('payer', 'amount'), credit('card', 'amount')],
  },
  card_scheme_settlement: {
    says: 'A card scheme is paid for purchases at shops of other banks; the interchange stays here.',
    lines: [
      debit('system:card-network', 'net', 'interchange'),
      credit('system:settlement:cards', 'net'),
      credit('system:fees', 'interchange'),
    ],
  },
  merchant_settlement: {
    says: "What a merchant sold goes to the payee, an account of the merchant's, less the bank's discount.",
    lines: [debit('merchant', 'net', 'discount'), credit('payee', 'net'), credit('system:fees', 'discount')],
  },
  merchant_payout: {
    says: "A merchant's money goes to its account at another bank, by Pix.",
    lines: [
      debit('merchant', 'amount'),
      credit('system:settlement:pix', 'amount'),
      debit('merchant', 'fee'),
      credit('system:fees', 'fee'),
    ],
  },
} as const satisfies Readonly<Record<string, PostingTemplate>>;

export type TemplateName = keyof typeof postingTemplates;

/** The template of a name; undefined when there is none. */
export function templateOf(name: string): PostingTemplate | undefined {
  return Object.hasOwn(postingTemplates, name) ? postingTemplates[name as TemplateName] : undefined;
}

export function isSystemAccount(account: TemplateLine['account']): account is SystemAccountId {
  return account.startsWith('system:');
}
