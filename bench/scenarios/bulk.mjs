import { goal } from '../figures.mjs';
import { offersBulk } from '../fixture/accounts.mjs';
import { manyAtOnce } from './many-at-once.mjs';

export const about = 'a thousand transfers a call, four calls in flight, beside the floor and the wire';

const perCall = 1_000;

export function run(options) {
  return manyAtOnce(options, {
    kind: 'bulk',
    offered: offersBulk,
    loop: { inFlight: 4 },
    worth: perCall,
    settings: { perCall, callsInFlight: 4 },
    goals: ({ median }) => ({ 'bulk, transfers/s': goal(median, '>=', 100_000) }),
  });
}
