const branchOf = /:(\d{1,4})$/;

/**
 * The shard that keeps an account: by a hash of its id (FNV-1a), and so for good. The bank's own accounts are kept at
 * every shard, each with the shard's number at the end of its id, but for shard 0.
 */
export function shardOf(accountId: string, shards: number): number {
  if (shards === 1) return 0;
  if (accountId.startsWith('system:')) return Number(branchOf.exec(accountId)?.[1] ?? 0) % shards;
  return fnv1a(accountId) % shards;
}

/** A shard's own one of the bank's accounts. */
export function systemAccountAt(accountId: string, shard: number): string {
  return shard === 0 ? accountId : `${accountId}:${shard}`;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
