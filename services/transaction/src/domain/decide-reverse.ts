import { type Cents, cents } from '@ipe/money/cents';
import {
  type Decision,
  earlierAnswer,
  enter,
  type Moment,
  type Refused,
  refused,
  transactionDecision,
} from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import { creditsIn, drawLines } from './lines.ts';
import { linePostings } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import { newTransaction, noLines, type PostedLine, type PostingLine, type Transaction } from './transaction.ts';

export type Reverse = Readonly<{
  idempotency: IdempotencyScope;
  transactionId: string;
  reason: string;
  /** Of a transfer, or of a posting of two lines: how much goes back. Zero or absent: all that is left. */
  amount?: Cents | undefined;
  /**
   * Of a posting: what goes back, signed as the reversal adds it. None: all that is left of every line. The edge
   * refuses a request with both an amount and lines.
   */
  lines?: readonly PostingLine[] | undefined;
}>;

/**
 * Mends a transfer or a posting by its opposite, in full or in part, never by more than the original. It is a movement
 * like any other: who got the money must still have it, and be free to give it, and who gave it be free to receive.
 */
export function decideReverse(state: LedgerView, command: Reverse, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const original = state.transactions.get(command.transactionId);
  if (!original) return refused('transaction_not_found', command.transactionId);
  if (original.kind !== 'TRANSFER' && original.kind !== 'POSTING') {
    return refused('not_a_transfer', command.transactionId);
  }
  if (original.status === 'REVERSED') return refused('already_reversed', command.transactionId);
  const written = linesOf(original);
  const opposite = oppositeLines(written, command);
  if ('outcome' in opposite) return opposite;
  const after = takeBack(written, opposite);
  if ('outcome' in after) return after;
  const drawn = drawLines(state, opposite);
  if ('outcome' in drawn) return drawn;

  const reversal = newTransaction({
    ...drawn,
    // A transfer's reversal is as plain as the transfer.
    lines: original.kind === 'TRANSFER' ? noLines : drawn.lines,
    transactionId: moment.transactionId,
    kind: 'REVERSAL',
    status: 'POSTED',
    description: command.reason,
    reversesTransactionId: original.transactionId,
    createdAt: moment.now,
  });
  const entered = enter(state, reversal.transactionId, linePostings(opposite, 'REVERSAL'), moment);
  const mended = reversedBy(original, after, moment);
  return transactionDecision(moment, command.idempotency, [reversal, mended], entered);
}

/** A transfer is a posting of two lines that need not be written down. */
export function linesOf({ kind, lines, debitAccountId, creditAccountId, amount, currency, reversed }: Transaction) {
  if (kind === 'POSTING') return lines;
  return [
    { accountId: debitAccountId, amount: cents(-amount), currency, reversed },
    { accountId: creditAccountId, amount, currency, reversed },
  ];
}

/** What the reversal adds. Undone from the last line back, unless the caller says which lines. */
function oppositeLines(
  written: readonly PostedLine[],
  { amount, lines, transactionId }: Reverse,
): readonly PostingLine[] | { outcome: Refused } {
  if (lines && lines.length > 0) return lines;
  if (amount && written.length !== 2) return refused('lines_required', transactionId);
  const opposite: PostingLine[] = [];
  for (const line of written.toReversed()) {
    const back = amount || leftOf(line);
    if (back > 0n) opposite.push({ accountId: line.accountId, amount: cents(line.amount > 0n ? -back : back) });
  }
  return opposite;
}

/**
 * The original's lines after the reversal. Where an account has several lines, the one that is undone exactly is taken,
 * and otherwise the first gives back first.
 */
function takeBack(
  written: readonly PostedLine[],
  opposite: readonly PostingLine[],
): readonly PostedLine[] | { outcome: Refused } {
  const after = [...written];
  for (const { accountId, amount } of opposite) {
    let rest = amount < 0n ? -amount : amount;
    const candidates = [...after.entries()].filter(
      ([, line]) => line.accountId === accountId && line.amount > 0n !== amount > 0n,
    );
    const exact = candidates.find(([, line]) => leftOf(line) === rest);
    for (const [at, line] of exact ? [exact] : candidates) {
      const left = leftOf(line);
      const part = left < rest ? left : rest;
      after[at] = { ...line, reversed: cents(line.reversed + part) };
      rest -= part;
    }
    if (rest > 0n) return refused('amount_exceeds_original', accountId);
  }
  return after;
}

function reversedBy(original: Transaction, after: readonly PostedLine[], moment: Moment): Transaction {
  return {
    ...original,
    lines: original.kind === 'TRANSFER' ? noLines : after,
    reversed: creditsIn(after, original.currency, (line) => line.reversed),
    status: after.every((line) => leftOf(line) === 0n) ? 'REVERSED' : 'PARTIALLY_REVERSED',
    updatedAt: moment.now,
    version: original.version + 1,
  };
}

function leftOf({ amount, reversed }: PostedLine): Cents {
  return cents((amount < 0n ? -amount : amount) - reversed);
}
