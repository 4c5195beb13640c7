import { type Decision, earlierAnswer, enter, type Moment, refused, transactionDecision } from './decision.ts';
import { isKnown } from './elsewhere.ts';
import type { LedgerView } from './ledger-state.ts';
import { drawLines } from './lines.ts';
import { linePostings } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import { type Annotations, annotated, newTransaction, type PostingLine, type Transaction } from './transaction.ts';

export type Post = Readonly<{
  idempotency: IdempotencyScope;
  /** 2 to 50, none zero; those of each currency sum to zero. */
  lines: readonly PostingLine[];
  description: string;
}> &
  Annotations;

/** A transaction of several lines, of one or several currencies: all of it or nothing. */
export function decidePost(state: LedgerView, command: Post, moment: Moment): Decision<Transaction> {
  return earlierAnswer(state, command.idempotency, 'transaction') ?? post(state, command, '', moment);
}

/** template: the one that drew up the lines; empty when the caller did. */
export function post(state: LedgerView, command: Post, template: string, moment: Moment): Decision<Transaction> {
  const drawn = drawLines(state, command.lines);
  if ('outcome' in drawn) return drawn;
  const { followsTransactionId } = command;
  if (followsTransactionId && !isKnown(state, followsTransactionId)) {
    return refused('transaction_not_found', followsTransactionId);
  }
  const posting = newTransaction({
    ...drawn,
    ...annotated(command),
    transactionId: moment.transactionId,
    kind: 'POSTING',
    status: 'POSTED',
    template,
    description: command.description,
    createdAt: moment.now,
  });
  const written = enter(state, posting.transactionId, linePostings(posting.lines, 'POSTING'), moment);
  return transactionDecision(moment, command.idempotency, [posting], written);
}
