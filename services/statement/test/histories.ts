import fc from 'fast-check';
import type { Entry } from '../src/domain/entry.ts';
import { AccountLedger, type Purchase } from './account-ledger.ts';

const captures = ['capture', 'capture', 'capture_last'];
const frozen = ['FROZEN', 'FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL'];
const steps = [
  'hold',
  'hold',
  'hold',
  ...captures,
  'increase',
  'release',
  'expire',
  'refund',
  'transfer',
  'reverse',
  'post',
  'sale',
  'freeze',
];

const step = fc.record({
  what: fc.constantFrom(...steps),
  cents: fc.bigInt({ min: 1n, max: 100_000n }),
  incoming: fc.boolean(),
  /** Which purchase, and how much of it. */
  which: fc.nat(),
  percent: fc.bigInt({ min: 1n, max: 100n }),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What the core could have booked on one account: purchases in every stage beside each other, and all else. */
export const history: fc.Arbitrary<Entry[]> = fc
  .array(step, { minLength: 1, maxLength: 25 })
  .map((happenings) => new History().after(happenings));

/** Entries in any order, some of them more than once, in chunks of any size. */
export function deliveriesOf(entries: readonly Entry[]): fc.Arbitrary<Entry[][]> {
  return fc
    .record({
      arrivals: fc.array(fc.constantFrom(...entries), { maxLength: 20 }).chain((again) => {
        const all = [...entries, ...again];
        return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
      }),
      sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
    })
    .map(({ arrivals, sizes }) => {
      const chunks: Entry[][] = [];
      for (let at = 0; at < arrivals.length; ) {
        const size = sizes[chunks.length % sizes.length] ?? 1;
        chunks.push(arrivals.slice(at, at + size));
        at += size;
      }
      return chunks;
    });
}

class History {
  private readonly account = new AccountLedger('acc_1');
  private readonly purchases: { purchase: Purchase; refundable: bigint }[] = [];

  after(happenings: readonly Step[]): Entry[] {
    for (const happening of happenings) this.add(happening);
    return this.account.entries;
  }

  private add({ what, cents, incoming, which, percent }: Step): void {
    const sign = incoming ? 1n : -1n;
    if (what === 'hold') this.purchases.push({ purchase: this.account.hold(cents), refundable: 0n });
    else if (what === 'transfer') this.account.transfer(sign * cents);
    else if (what === 'reverse') this.account.reverse(sign * cents);
    else if (what === 'sale') this.account.sell(cents);
    else if (what === 'post') this.account.post(sign * cents, -share(cents, percent));
    else if (what === 'freeze') this.account.changeStatus(frozen[which % frozen.length] ?? 'FROZEN');
    else if (what === 'refund') this.refund(which, percent);
    else this.goOn(what, which, percent, cents);
  }

  private goOn(what: string, which: number, percent: bigint, cents: bigint): void {
    const open = this.purchases.filter(({ purchase }) => purchase.held > 0n);
    const one = open[which % open.length];
    if (!one) return;
    if (what === 'increase') one.purchase.increase(cents);
    else if (what === 'release') one.purchase.release();
    else if (what === 'expire') one.purchase.expire();
    else {
      const part = share(one.purchase.held, percent);
      one.purchase.capture(part, what === 'capture_last');
      one.refundable += part;
    }
  }

  private refund(which: number, percent: bigint): void {
    const captured = this.purchases.filter(({ refundable }) => refundable > 0n);
    const one = captured[which % captured.length];
    if (!one) return;
    const part = share(one.refundable, percent);
    one.purchase.refund(part);
    one.refundable -= part;
  }
}

function share(whole: bigint, percent: bigint): bigint {
  return (whole * percent) / 100n || 1n;
}
