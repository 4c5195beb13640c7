import { parseArgs } from 'node:util';
import { reportLines } from './report.ts';
import { runFaults } from './run-faults.ts';

// npm run faults -- [--minutes 10] [--seed 7] [--shards 4]

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    shards: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const leastMs = Number(values.minutes) * 60_000;
const shards = Number(values.shards);
if (!Number.isSafeInteger(seed) || !(leastMs > 0)) throw new Error('--minutes: more than 0; --seed: a whole number');
if (!Number.isSafeInteger(shards) || shards < 1) throw new Error('--shards: a whole number from 1 on');

const say = (line: string) => void process.stdout.write(`${line}\n`);
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
const report = await runFaults({ seed, leastMs, shards, print: say, stopping: stopping.signal });
for (const line of reportLines(report)) say(line);
process.exit(report.differences.length === 0 ? 0 : 1);
