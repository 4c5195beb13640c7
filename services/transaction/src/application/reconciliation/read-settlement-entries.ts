import { addDays, type LocalDate, saoPauloDate } from '@ipe/brazil/bank-calendar';
import { systemAccountAt } from '@ipe/ledger/shard-of';
import type { Entry } from '../../domain/entry.ts';
import type { LedgerLine } from '../../domain/reconciliation/match-settlement.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { Journal, JournalCodec, Scheduler } from '../ports.ts';
import { readJournal } from '../read-journal.ts';
import type { Pace } from '../verification/pace.ts';
import type { Told } from '../verification/ports.ts';
import { firstSequence, lastSequence } from '../verification/search-journal.ts';

export type ReadParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  pace: Pace;
  scheduler: Scheduler;
  tell: (told: Told) => void;
}>;

/**
 * The posted lines of an account, or of each shard's own where it is one of the bank's, that were booked from a day on,
 * to the journal's present end: what counts in a period
 * may be booked after it, and so is what mends it. Only the lines of that account are kept.
 */
export async function readSettlementEntries(
  shards: readonly number[],
  account: string,
  from: LocalDate,
  parts: ReadParts,
): Promise<LedgerLine[]> {
  const lines: LedgerLine[] = [];
  for (const shard of shards) {
    // A batch is as old as its last record: the one before may hold the first of the day.
    const since = Date.parse(addDays(from, -1));
    const first = await firstSequence({ ...parts, shard }, ({ decidedAt }) => decidedAt >= since);
    const accountIds = [account, systemAccountAt(account, shard)];
    const all = await lastSequence({ ...parts, shard });
    const begun = parts.scheduler.elapsed();
    for await (const { header, bytes, records } of readJournal(parts.journal, parts.codec, shard, first)) {
      for (const record of records)
        for (const line of linesOf(record, accountIds)) if (line.date >= from) lines.push(line);
      await parts.pace.spent(bytes.length);
      const done = header.sequence - first + 1;
      const perSecond = (done / Math.max(1, parts.scheduler.elapsed() - begun)) * 1_000;
      const what = `shard ${shard}: journal read`;
      parts.tell({ what, done, all: Math.max(all - first + 1, done), unit: 'batches', perSecond });
    }
  }
  return lines;
}

function linesOf({ change }: LedgerRecord, accountIds: readonly string[]): LedgerLine[] {
  if (change.kind !== 'transaction') return [];
  return change.entries
    .filter(({ accountId, postedDelta }) => accountIds.includes(accountId) && postedDelta !== 0n)
    .map((entry) =>
      toLine(
        entry,
        [...change.transactions, ...change.delivered].find(
          ({ transactionId }) => transactionId === entry.transactionId,
        ),
      ),
    );
}

function toLine(entry: Entry, transaction: Transaction | undefined): LedgerLine {
  const { transactionId, sequence, accountId, counterpartyAccountId, kind } = entry;
  const fields = {
    transactionId,
    kind,
    counterpartyAccountId,
    orderId: transaction?.orderId,
    merchantId: transaction?.merchant?.merchantId,
    cardLastFour: transaction?.cardLastFour,
    authorizationCode: transaction?.authorizationCode,
    description: transaction?.description,
    ...Object.fromEntries(
      Object.entries(transaction?.metadata ?? {}).map(([name, value]) => [`metadata.${name}`, value]),
    ),
  };
  return {
    entry: `${accountId}.${sequence}`,
    sequence,
    transactionId,
    amount: entry.postedDelta,
    date: saoPauloDate(transaction?.effectiveAt ?? entry.bookedAt),
    // What is not said is not there: a rule cannot find lines by an emptiness that they share.
    fields: Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : []))),
  };
}

/** What a rule may name on the ledger's side, beside date, amount and metadata.<key>. */
export const ledgerFields: readonly string[] = [
  'transactionId',
  'kind',
  'counterpartyAccountId',
  'orderId',
  'merchantId',
  'cardLastFour',
  'authorizationCode',
  'description',
];
