import type { Cents } from '@ipe/money/cents';

/** The bank grants at most so much on one card, without a person looking at it. */
export function refuseLimit(limit: Cents, maxLimit: Cents): 'limit_above_policy' | undefined {
  return limit > maxLimit ? 'limit_above_policy' : undefined;
}
