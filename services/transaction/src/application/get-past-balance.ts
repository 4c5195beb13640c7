import type { Account, Instant } from '../domain/account.ts';
import { answered, refused } from '../domain/decision.ts';
import { type Call, type Reply, unserved } from './admission.ts';
import { balanceAsOf } from './balance-as-of.ts';
import { getBalance } from './get-balance.ts';
import type { Ledger } from './ledger.ts';
import type { Journal, JournalCodec } from './ports.ts';

type PastParts = Readonly<{ ledger: Ledger; shard: number; journal: Journal; codec: JournalCodec }>;

/** An account as it was at a past instant; refused as not found when it was not open yet. */
export class GetPastBalance {
  constructor(private readonly parts: PastParts) {}

  async execute(accountId: string, instant: Instant, call: Call): Promise<Reply<Account>> {
    const { ledger } = this.parts;
    const now = await getBalance(ledger, accountId, call);
    if (now.kind !== 'answered') return now;
    const { past } = ledger;
    if (!past?.memory) return unserved('not_leading');
    const then = await balanceAsOf({ ...this.parts, memory: past.memory }, now.answer, instant, past.durable);
    return (then ? answered(then) : refused('account_not_found', accountId)).outcome;
  }
}

/** Each shard's past. */
export class PastBalances {
  constructor(private readonly shards: readonly GetPastBalance[]) {}

  of(shard: number): GetPastBalance {
    const past = this.shards[shard];
    if (!past) throw new Error(`there is no shard ${shard}`);
    return past;
  }
}
