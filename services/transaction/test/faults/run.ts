import { parseArgs } from 'node:util';
import { reportLines } from './report.ts';
import { runFaults } from './run-faults.ts';

// npm run faults -- [--minutes 10] [--seed 7]

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const leastMs = Number(values.minutes) * 60_000;
if (!Number.isSafeInteger(seed) || !(leastMs > 0)) throw new Error('--minutes: more than 0; --seed: a whole number');

const say = (line: string) => void process.stdout.write(`${line}\n`);
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
const report = await runFaults({ seed, leastMs, print: say, stopping: stopping.signal });
for (const line of reportLines(report)) say(line);
process.exit(report.differences.length === 0 ? 0 : 1);
