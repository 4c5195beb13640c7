import { createHash } from 'node:crypto';

export type UnsettledKind = 'payment' | 'refund';

/** One partition takes about 1,000 writes a second: unsettled things are spread over a few. */
export const lanes = [0, 1, 2, 3] as const;

export function laneKey(kind: UnsettledKind, lane: number): string {
  return `unsettled#${kind}#${lane}`;
}

/** The keys of the sparse index: they are removed when the thing has ended. */
export function unsettledKeys(kind: UnsettledKind, id: string, createdAt: Date) {
  const lane = (createHash('sha256').update(id).digest()[0] ?? 0) % lanes.length;
  return { unsettledpk: laneKey(kind, lane), unsettledsk: `${createdAt.toISOString()}#${id}` };
}
