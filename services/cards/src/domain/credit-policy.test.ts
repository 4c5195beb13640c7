import { cents } from '@ipe/money/cents';
import { refuseLimit } from './credit-policy.ts';

test('grants up to the highest limit and refuses a cent more', () => {
  expect(refuseLimit(cents(2_000_000n), cents(2_000_000n))).toBeUndefined();
  expect(refuseLimit(cents(2_000_001n), cents(2_000_000n))).toBe('limit_above_policy');
});
