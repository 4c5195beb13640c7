import { shardOf } from './shard-of.ts';
import { placeOf } from './transaction-id.ts';

/** What a write, or the request for one, says of where it belongs. */
export type Placed = Readonly<{
  transactionId?: string;
  fromAccountId?: string;
  accountId?: string;
  lines?: ReadonlyArray<{ accountId: string }> | undefined;
}>;

/**
 * The shard that decides a write: the one of the transaction that it is about, else of the account that gives, and of
 * a posting, of its first line's account. Undefined where it tells none of these.
 */
export function homeOf(write: Placed, shards: number): number | undefined {
  if (shards === 1) return 0;
  if (write.transactionId !== undefined) return shardOfTransaction(write.transactionId, shards);
  const accountId = write.fromAccountId ?? write.accountId ?? write.lines?.[0]?.accountId;
  return accountId === undefined ? undefined : shardOf(accountId, shards);
}

/** The shard that an id tells; of what is no id, 0: it is not found there either. */
export function shardOfTransaction(transactionId: string, shards: number): number {
  const shard = placeOf(transactionId)?.shard ?? 0;
  return shard < shards ? shard : 0;
}
