import type { Cents } from '@ipe/money/cents';
import { debitRefusal, type Instant, receivingRefusal } from './account.ts';
import { authorizationCode } from './authorization-code.ts';
import {
  type Decision,
  earlierAnswer,
  enter,
  type Moment,
  nothingWritten,
  type Refused,
  refused,
  transactionDecision,
} from './decision.ts';
import { holdEnd, isHoldEnd } from './hold-period.ts';
import { answerKey, type LedgerView } from './ledger-state.ts';
import { holdPostings } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import type { Refusal } from './refusals.ts';
import { approvedCode, type DeclineReason, responseCodes } from './response-codes.ts';
import { type Merchant, newTransaction, type Transaction } from './transaction.ts';

/** A purchase as the shop asks for it; the card itself is not part of it. */
export type Authorize = Readonly<{
  idempotency: IdempotencyScope;
  merchant: Merchant;
  amount: Cents;
  currency: string;
  installments: number;
  orderId: string;
  /** Absent: seven days from now. */
  expiresAt?: Instant | undefined;
}>;

/** What is known of the card. Ids are empty where it is not known. */
export type CardFinding = Readonly<{
  verdict: 'valid' | DeclineReason;
  cardId: string;
  accountId: string;
  lastFour: string;
}>;

export const unknownCardState: CardFinding = {
  verdict: 'card_state_unknown',
  cardId: '',
  accountId: '',
  lastFour: '',
};

/** What can be answered without asking for the card's state: then it is not asked for. */
export function beforeCardCheck(
  state: LedgerView,
  command: Authorize,
  now: Instant,
): Decision<Transaction> | undefined {
  if (isCalledOff(state, command.idempotency)) return undefined;
  return earlierAnswer(state, command.idempotency, 'transaction') ?? shopRefusal(state, command, now);
}

/** True when the merchant cancelled an authorisation under this key before it arrived. */
export function isCalledOff(state: LedgerView, { caller, key }: IdempotencyScope): boolean {
  const stored = state.answers.get(answerKey(caller, key));
  return stored !== undefined && !stored.transaction && !stored.account;
}

/** Approves, and holds the amount; or declines, and says why. Both are answers, and journaled. */
export function decideAuthorize(
  state: LedgerView,
  command: Authorize,
  card: CardFinding,
  moment: Moment,
): Decision<Transaction> {
  if (isCalledOff(state, command.idempotency)) return decline(command, card, 'cancelled_by_merchant', moment);
  const answer = beforeCardCheck(state, command, moment.now);
  if (answer) return answer;
  if (card.verdict !== 'valid') return decline(command, card, card.verdict, moment);
  const reason = ledgerReason(state, command, card);
  if (reason) return decline(command, card, reason, moment);
  const purchase = newTransaction({
    ...asked(command, card, moment),
    status: 'AUTHORIZED',
    held: command.amount,
    authorizationCode: authorizationCode(moment.sha256(moment.transactionId)),
    responseCode: approvedCode,
    expiresAt: holdEnd(moment.now, command.expiresAt),
  });
  const written = enter(state, purchase.transactionId, holdPostings(purchase), moment);
  return transactionDecision(moment, command.idempotency, [purchase], written);
}

/** A request that cannot be meant: the shop's mistake, not a matter of the card. */
function shopRefusal(state: LedgerView, command: Authorize, now: Instant): { outcome: Refused } | undefined {
  const shop = state.accounts.get(command.merchant.accountId);
  if (!shop) return refused('account_not_found', command.merchant.accountId);
  if (shop.currency !== command.currency) return refused('currency_mismatch', shop.accountId);
  return isHoldEnd(now, command.expiresAt) ? undefined : refused('expiry_out_of_range');
}

/** Why the books do not allow the purchase; undefined when they do. */
function ledgerReason(state: LedgerView, command: Authorize, card: CardFinding): DeclineReason | undefined {
  const payer = state.accounts.get(card.accountId);
  const shop = state.accounts.get(command.merchant.accountId);
  if (!payer || !shop || receivingRefusal(shop)) return 'not_permitted';
  if (payer.accountId === command.merchant.accountId || payer.currency !== command.currency) return 'not_permitted';
  const refusal = debitRefusal(payer, command.amount);
  return refusal && declineFor(refusal);
}

function declineFor(refusal: Refusal): DeclineReason {
  if (refusal === 'insufficient_funds') return 'insufficient_limit';
  return refusal === 'account_closed' || refusal === 'account_frozen' ? refusal : 'not_permitted';
}

function decline(
  command: Authorize,
  card: CardFinding,
  declineReason: DeclineReason,
  moment: Moment,
): Decision<Transaction> {
  const purchase = newTransaction({
    ...asked(command, card, moment),
    status: 'DECLINED',
    declineReason,
    responseCode: responseCodes[declineReason],
  });
  return transactionDecision(moment, command.idempotency, [purchase], nothingWritten);
}

function asked(command: Authorize, card: CardFinding, moment: Moment) {
  return {
    transactionId: moment.transactionId,
    kind: 'CARD_PURCHASE',
    amount: command.amount,
    currency: command.currency,
    debitAccountId: card.accountId,
    creditAccountId: command.merchant.accountId,
    cardId: card.cardId,
    cardLastFour: card.lastFour,
    merchant: command.merchant,
    orderId: command.orderId,
    installments: command.installments,
    description: command.merchant.name,
    createdAt: moment.now,
  } as const;
}
