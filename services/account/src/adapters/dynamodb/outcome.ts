import type { WriteOutcome } from '@ipe/dynamodb/write-once';
import { type Outcome, refused } from '../../application/ports.ts';

type Settled = Exclude<WriteOutcome, { kind: 'effect_refused' }>;

/** What the store tells of a write that either happened, had happened, or has another body. */
export function toOutcome<T>(written: Settled, decode: (answer: Uint8Array) => T): Outcome<T> {
  if (written.kind === 'key_reused') return refused('idempotency_key_reused');
  return { kind: 'done', value: decode(written.answer), replayed: written.kind === 'replayed' };
}
