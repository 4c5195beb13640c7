import { missingPrerequisites } from '../../../../engines/java.mjs';
import { faultLanes } from './faults.ts';
import { reportLines } from './report.ts';
import { runFaults } from './run-faults.ts';

// `npm run faults` is the long run; this is a minute of it, with a seed of the day.

const say = (line: string) => void process.stdout.write(`${line}\n`);

// Engines that may be killed and starved are started here as processes, also where the other tests have containers.
const missing = missingPrerequisites({ toFetch: true });
if (missing.length > 0) console.warn(`SKIPPED: no faults happened to real processes. ${missing.join(' ')}`);
const testWithEngines = missing.length === 0 ? test : test.skip;

const whatHappens = testWithEngines.each([1, 4]);

whatHappens(
  'whatever happens to processes, engines, ways and clocks, nothing acknowledged is lost or doubled; shards: %i',
  async (shards) => {
    const seed = Math.floor(Date.now() / 86_400_000);
    const report = await runFaults({ seed, shards, leastMs: 40_000, print: say });
    for (const line of reportLines(report)) say(line);
    expect(report.differences).toEqual([]);
    // A run in which nothing happens proves nothing.
    const kinds = Object.values(faultLanes(report.notTried.length === 0)).flatMap((lane) => Object.keys(lane));
    expect([...report.faults.keys()].sort()).toEqual([...kinds].sort());
    expect(report.acknowledged).toBeGreaterThan(200);
    expect(report.resolvedByRetry).toBeGreaterThan(5);
    expect(report.readings).toBeGreaterThan(10);
    expect(report.eventsTold).toBeGreaterThan(report.acknowledged * 2);
    expect(report.verified).toContain('right:');
  },
  400_000,
);
