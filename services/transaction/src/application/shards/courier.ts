import { cents } from '@ipe/money/cents';
import { type DeliveredItem, type Delivery, decideReceipt, receiptKey, sumsOf } from '../../domain/decide-delivery.ts';
import { type Call, type Reply, unhurried } from '../admission.ts';
import { type FollowerParts, JournalFollower } from '../follow-journal.ts';
import type { Ledger } from '../ledger.ts';
import { openTransitAccounts } from '../open-system-accounts.ts';
import type { JournalBatch, LedgerMetrics } from '../ports.ts';
import type { ShardDesk } from './shard-desk.ts';

type Route = Readonly<{ from: number; to: number }>;

type CourierParts = FollowerParts &
  Readonly<{
    /** Of the shard that remits. */
    ledger: Ledger;
    /** Of the shard that receives. */
    desk: () => ShardDesk;
    metrics: LedgerMetrics;
  }>;

/** Transactions, their lines and what is written of them: so many always fit into one item of the journal. */
const mostInDelivery = 300;
/** What the most metadata that a transaction may have weighs beside a line. */
const mostMetadata = 8;
const deliveryWithinMs = 5_000;
/** There is a courier for each pair of shards, and what is delivered again is recognised. */
const saveEveryMs = 2_000;

/**
 * Follows the journal of a shard, brings what it remits to another shard, and books the receipt. Both are recognised by
 * their place in the journal, so that each is written once, however often it is tried.
 */
export function courier({ from, to }: Route, { ledger, desk, metrics, ...parts }: CourierParts): JournalFollower {
  const deliver = async (delivery: Delivery) => {
    const call: Call = { ...unhurried, deadline: parts.scheduler.now() + deliveryWithinMs };
    mustBeDone(await desk().deliver(delivery, call), delivery);
    const sums = sumsOf(delivery.items);
    if ([...sums.values()].every((sum) => sum === cents(0n))) return;
    const unopened = await openTransitAccounts(ledger, from, sums.keys(), call);
    if (unopened) mustBeDone(unopened, delivery);
    const receipt = await ledger.execute(call, {
      keys: [receiptKey(delivery)],
      decide: (state, moment) => decideReceipt(state, delivery, sums, moment),
    });
    mustBeDone(receipt, delivery);
  };
  const take = async (batches: readonly JournalBatch[]) => {
    await Promise.all(batches.flatMap((batch) => deliveriesIn(batch, { from, to }).map(deliver)));
  };
  const lag = (behind: number) => metrics.courierLag(to, behind);
  return new JournalFollower({ shard: from, follower: `courier-${to}`, take, lag, saveEveryMs }, parts);
}

/** What a batch remits to a shard, always in the same parts. */
export function deliveriesIn({ header, records }: JournalBatch, route: Route): Delivery[] {
  const items: DeliveredItem[] = [];
  for (const { change } of records) {
    if (change.kind !== 'transaction') continue;
    for (const { shard, postings, reservationIds } of change.remittances) {
      if (shard === route.to) items.push({ transaction: change.transactions[0], postings, reservationIds });
    }
  }
  return inParts(items).map((some, part) => ({ ...route, sequence: header.sequence, part, items: some }));
}

function inParts(items: readonly DeliveredItem[]): DeliveredItem[][] {
  const parts: DeliveredItem[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (size > room) {
      parts.push([]);
      room = mostInDelivery;
    }
    parts.at(-1)?.push(item);
    room -= size;
  }
  return parts;
}

/** The same of a batch just committed and of one read back: a delivery is known by its part. */
function sizeOf({ transaction, postings }: DeliveredItem): number {
  const annotated = Object.keys(transaction.metadata).length === 0 ? 0 : mostMetadata;
  return 1 + annotated + transaction.lines.length + postings.length;
}

function mustBeDone(reply: Reply<unknown>, { from, to, sequence, part }: Delivery): void {
  if (reply.kind === 'answered') return;
  const why = reply.kind === 'refused' ? reply.refusal : reply.why;
  throw new Error(`batch ${sequence}.${part} of shard ${from} is not delivered to shard ${to} yet: ${why}`);
}
