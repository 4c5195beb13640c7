import { cents } from '@ipe/money/cents';
import { type AccountClass, unboundedLimit } from './account.ts';

export type TransitAccount = 'in-transit' | 'between-shards' | 'unclaimed';

/** The accounts by which money goes from one shard to another; each shard has its own of every asset. */
export const transitAccounts = {
  'in-transit': {
    accountClass: 'LIABILITY',
    limit: unboundedLimit,
    says: 'What was taken here for an account of another shard, and is not delivered there yet. Drains to zero.',
  },
  'between-shards': {
    accountClass: 'ASSET',
    limit: unboundedLimit,
    says: "What other shards owe this one, or it owes them. With nothing in transit, all shards' sum to zero.",
  },
  unclaimed: {
    accountClass: 'LIABILITY',
    limit: cents(0n),
    says: 'What was on its way to an account when that was closed or frozen for credits. Waits for a person.',
  },
} as const satisfies Readonly<Record<TransitAccount, { accountClass: AccountClass; limit: bigint; says: string }>>;

export function transitAccountId(account: TransitAccount, asset: string, shard: number): string {
  return `system:${account}:${asset.replace('/', '.')}:${shard}`;
}
