import { systemAccountAt } from '@ipe/ledger/shard-of';
import { cents } from '@ipe/money/cents';
import { post } from './decide-post.ts';
import { type Decision, earlierAnswer, type Moment, type Refused, refused } from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import { isSystemAccount, type PostingTemplate, type TemplateLine, templateOf } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import type { Annotations, PostingLine, Transaction } from './transaction.ts';

export type PostByTemplate = Readonly<{
  idempotency: IdempotencyScope;
  template: string;
  /** The account of each party that the template names, and of no other. */
  accounts: Readonly<Record<string, string>>;
  /** Each amount that the template names, and no other; zero or more. */
  amounts: Readonly<Record<string, bigint>>;
  /** The shard whose accounts of the bank's own take part; absent: 0. */
  shard?: number;
  description: string;
}> &
  Annotations;

/** A posting whose lines a template of the bank draws up. */
export function decidePostByTemplate(
  state: LedgerView,
  command: PostByTemplate,
  moment: Moment,
): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const template = templateOf(command.template);
  if (!template) return refused('template_unknown', command.template);
  const refusal = fillingRefusal(template, command) ?? currencyRefusal(state, command);
  if (refusal) return refusal;
  const lines = fill(template, command);
  return lines.length === 0 ? refused('nothing_to_post') : post(state, { ...command, lines }, command.template, moment);
}

/** The template's lines with the caller's accounts and amounts; those of zero are left out. */
export function fill(
  template: PostingTemplate,
  { accounts, amounts, shard = 0 }: Pick<PostByTemplate, 'accounts' | 'amounts' | 'shard'>,
): PostingLine[] {
  return template.lines
    .map((line) => {
      const sum = line.amounts.reduce((total, name) => total + (amounts[name] ?? 0n), 0n);
      const isOurs = isSystemAccount(line.account);
      const accountId = isOurs ? systemAccountAt(line.account, shard) : (accounts[line.account] ?? '');
      return { accountId, amount: cents(line.side === 'debit' ? -sum : sum) };
    })
    .filter(({ amount }) => amount !== 0n);
}

export function partiesOf({ lines }: Pick<PostingTemplate, 'lines'>): string[] {
  return unique(lines.map(({ account }: TemplateLine) => account).filter((account) => !isSystemAccount(account)));
}

export function amountsOf({ lines }: PostingTemplate): string[] {
  return unique(lines.flatMap(({ amounts }) => amounts));
}

/** Every blank is filled, and nothing is said that has no place; refusals name the first that is wrong. */
function fillingRefusal(
  template: PostingTemplate,
  { accounts, amounts }: PostByTemplate,
): { outcome: Refused } | undefined {
  const parties = partiesOf(template);
  const names = amountsOf(template);
  const missingParty = parties.find((party) => !Object.hasOwn(accounts, party));
  if (missingParty) return refused('party_missing', missingParty);
  const unknownParty = Object.keys(accounts).find((party) => !parties.includes(party));
  if (unknownParty !== undefined) return refused('party_unknown', unknownParty);
  const missingAmount = names.find((name) => !Object.hasOwn(amounts, name));
  if (missingAmount) return refused('amount_missing', missingAmount);
  const unknownAmount = Object.keys(amounts).find((name) => !names.includes(name));
  if (unknownAmount !== undefined) return refused('amount_unknown', unknownAmount);
  // One account in two parts would only seem to move money.
  const ids = unique(template.lines.map(({ account }) => account)).map((account) => accounts[account] ?? account);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  return twice === undefined ? undefined : refused('same_account', twice);
}

/** The bank's own accounts, and therefore what its products post, are kept in reais. */
function currencyRefusal(state: LedgerView, { accounts }: PostByTemplate): { outcome: Refused } | undefined {
  for (const accountId of Object.values(accounts)) {
    const account = state.accounts.get(accountId);
    if (account && account.currency !== 'BRL') return refused('currency_mismatch', accountId);
  }
  return undefined;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
