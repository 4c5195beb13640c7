import type { LedgerState } from '../../../src/domain/ledger-state.ts';
import type { LedgerRecord } from '../../../src/domain/record.ts';
import { type TransitAccount, transitAccountId } from '../../../src/domain/transit-accounts.ts';
import type { Truth } from '../truth.ts';
import type { World } from '../world.ts';
import { BalanceBook } from './balance-book.ts';
import { RemittanceBook } from './remittance-book.ts';
import { ReservationBook } from './reservation-book.ts';

const currencies = ['BRL', 'PONTOS/0'] as const;
const transit = /^system:(in-transit|between-shards|unclaimed):/;

/** What keys of dry runs begin with. */
export const rehearsed = 'rehearsed-';

/** What holds for all journals together, kept apart from the ledger's own way to keep it. */
export class Books {
  private readonly remittances: RemittanceBook;
  private readonly reservations: ReservationBook;
  private readonly balances = new BalanceBook();
  /** Where each key of a client was decided. */
  private readonly homes = new Map<string, number>();

  constructor(private readonly world: World) {
    this.remittances = new RemittanceBook(world);
    this.reservations = new ReservationBook(world);
  }

  take(shard: number, record: LedgerRecord, state: LedgerState): void {
    this.remittances.take(shard, record, state);
    this.reservations.take(record);
    this.takeKey(shard, record);
    this.balances.take(record);
  }

  /** A client's key is decided at one shard, whatever was known when of who pays; that of a dry run at none. */
  private takeKey(shard: number, { idempotency, change }: LedgerRecord): void {
    const reservedFor = change.kind === 'transaction' ? (change.transactions[0].metadata['key'] ?? '') : '';
    if (idempotency?.key.startsWith(rehearsed) || reservedFor.startsWith(rehearsed)) {
      this.world.broken('a dry run leaves nothing', `shard ${shard} has ${idempotency?.key ?? reservedFor}`);
    }
    if (idempotency?.caller !== 'client') return;
    const first = this.homes.get(idempotency.key) ?? shard;
    this.homes.set(idempotency.key, first);
    if (first !== shard)
      this.world.broken('a key has one record', `${idempotency.key} has one at ${first} and at ${shard}`);
  }

  /** What is between the shards yet; undefined when nothing is. */
  underWay(truths: readonly Truth[]): string | undefined {
    const missing = this.remittances.missing();
    if (missing) return missing;
    const open = this.reservations.left();
    if (open) return `reservation ${open} is open`;
    for (const { shard, state } of truths) {
      for (const currency of currencies) {
        const left = postedAt(state, 'in-transit', currency, shard);
        if (left !== 0n) return `${left} of ${currency} is in transit at shard ${shard}`;
      }
    }
    return undefined;
  }

  /** What must hold once nothing is under way. */
  checkAtTheEnd(truths: readonly Truth[]): void {
    const { world, remittances } = this;
    for (const currency of currencies) {
      const owed = truths.map(({ shard, state }) => postedAt(state, 'between-shards', currency, shard));
      const sum = owed.reduce((total, one) => total + one, 0n);
      if (sum !== 0n) world.broken('nothing is left between shards', `they owe each other ${owed} of ${currency}`);
    }
    const kept = truths.reduce((sum, { shard, state }) => {
      return currencies.reduce((total, currency) => total + postedAt(state, 'unclaimed', currency, shard), sum);
    }, 0n);
    const unclaimed = [...remittances.unclaimed.values()].reduce((sum, one) => sum + one, 0n);
    if (kept !== unclaimed) world.broken('balances are what was decided', `${kept} of ${unclaimed} is unclaimed`);
    for (const { state } of truths) {
      for (const { accountId, posted } of state.accounts.values()) {
        if (transit.test(accountId)) continue;
        const decided = this.balances.posted.get(accountId) ?? 0n;
        const expected = decided - (remittances.unclaimed.get(accountId) ?? 0n);
        if (posted === expected) continue;
        world.broken('balances are what was decided', `${accountId} has ${posted}, and should have ${expected}`);
      }
    }
  }
}

function postedAt({ accounts }: LedgerState, account: TransitAccount, currency: string, shard: number): bigint {
  return accounts.get(transitAccountId(account, currency, shard))?.posted ?? 0n;
}
