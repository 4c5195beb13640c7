import { receivingRefusal } from '../../../src/domain/account.ts';
import type { Entry } from '../../../src/domain/entry.ts';
import type { LedgerState } from '../../../src/domain/ledger-state.ts';
import type { LedgerRecord, TransactionChange } from '../../../src/domain/record.ts';
import { transitAccountId } from '../../../src/domain/transit-accounts.ts';
import type { World } from '../world.ts';

/** A line that a shard has remitted, and that is not written where it goes to yet. */
type Owed = Readonly<{ accountId: string; posted: bigint }>;

/**
 * What is remitted, line by line, from the record that decided it to the one that takes it in: each once, and for the
 * account itself, unless that may not receive it.
 */
export class RemittanceBook {
  /** By the receiving shard and the transaction. */
  private readonly owed = new Map<string, Owed[]>();
  /** What was kept as unclaimed, by the account that it was for. */
  readonly unclaimed = new Map<string, bigint>();

  constructor(private readonly world: World) {}

  /** The first of what never arrived; undefined when all has. */
  missing(): string | undefined {
    for (const [place, lines] of this.owed) {
      const [first] = lines;
      if (first) return `${first.posted} of ${place} did not arrive at ${first.accountId}`;
    }
    return undefined;
  }

  /** state: of the shard, after the record. */
  take(shard: number, { change }: LedgerRecord, state: LedgerState): void {
    if (change.kind !== 'transaction') return;
    const { transactionId } = change.transactions[0];
    for (const { shard: to, postings } of change.remittances) {
      this.world.count('remittances');
      const lines = this.linesOf(to, transactionId);
      for (const { accountId, posted } of postings) lines.push({ accountId, posted });
    }
    if (change.delivered.length > 0) this.arrive(shard, change, state);
  }

  private arrive(shard: number, { entries, delivered }: TransactionChange, state: LedgerState): void {
    this.world.count('deliveries');
    const ids = new Set(delivered.map(({ transactionId }) => transactionId));
    for (const entry of entries) {
      if (!ids.has(entry.transactionId)) continue;
      const { accountId, transactionId, postedDelta: posted } = entry;
      const lines = this.linesOf(shard, transactionId);
      const at = lines.findIndex((one) => one.accountId === accountId && one.posted === posted);
      if (at >= 0) {
        lines.splice(at, 1);
        this.checkReceiver(entry, entries, state);
      } else this.keepUnclaimed(shard, entry, lines, state);
    }
  }

  /** Of an account that gives more than it gets, nothing needs to be kept apart. */
  private checkReceiver({ accountId, transactionId }: Entry, entries: readonly Entry[], state: LedgerState): void {
    const account = state.accounts.get(accountId);
    const own = entries.filter((one) => one.accountId === accountId && one.transactionId === transactionId);
    const net = own.reduce((sum, { postedDelta }) => sum + postedDelta, 0n);
    if (net > 0n && account && receivingRefusal(account)) {
      this.broken(`${accountId} is ${account.status}, and got ${net} of ${transactionId}`);
    }
  }

  private keepUnclaimed(shard: number, entry: Entry, lines: Owed[], state: LedgerState): void {
    const { accountId, transactionId, postedDelta: posted } = entry;
    const mayNotReceive = (id: string) => {
      const account = state.accounts.get(id);
      // Its opening was told before it was durable, and lost.
      return !account || receivingRefusal(account) !== undefined;
    };
    const at = lines.findIndex((one) => one.posted === posted && mayNotReceive(one.accountId));
    const [line] = at < 0 ? [] : lines.splice(at, 1);
    const currency = state.accounts.get(accountId)?.currency ?? '';
    if (!line || accountId !== transitAccountId('unclaimed', currency, shard)) {
      this.broken(`${posted} of ${transactionId} was written for ${accountId}, and nothing of the kind is owed`);
      return;
    }
    this.world.count('unclaimed');
    this.unclaimed.set(line.accountId, (this.unclaimed.get(line.accountId) ?? 0n) + posted);
  }

  private linesOf(shard: number, transactionId: string): Owed[] {
    const place = `${transactionId} at shard ${shard}`;
    const lines = this.owed.get(place) ?? [];
    this.owed.set(place, lines);
    return lines;
  }

  private broken(why: string): void {
    this.world.broken('a remittance is delivered once', why);
  }
}
