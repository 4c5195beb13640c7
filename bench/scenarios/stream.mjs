import { goal } from '../figures.mjs';
import { offersStream } from '../fixture/accounts.mjs';
import { manyAtOnce } from './many-at-once.mjs';

export const about =
  'transfers over one bidirectional stream with some thousand in flight, beside the floor and the wire';

const window = 4_000;

export function run(options) {
  return manyAtOnce(options, {
    kind: 'stream',
    offered: offersStream,
    loop: { inFlight: window },
    worth: 1,
    settings: { window },
    goals: ({ median }) => ({ 'stream, transfers/s': goal(median, '>=', 35_000) }),
  });
}
