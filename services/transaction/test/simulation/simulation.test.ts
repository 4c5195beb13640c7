import { runSeed } from './run-seed.ts';
import { simulate } from './simulate.ts';

test('whatever goes wrong, the ledger keeps its promises', async () => {
  const printed = await simulate('--seeds', '150');
  expect(printed.match(/^Seed \d+ breaks a promise[\s\S]*/m)?.[0]).toBeUndefined();
  // A simulation in which nothing happens proves nothing.
  const happened = (what: string) => Number(new RegExp(`^ *(\\d+) {2}${what}$`, 'm').exec(printed)?.[1] ?? 0);
  const faults = ['killed', 'killed at a turn', 'told to stop', 'paused', 'clock set', 'cut off from the store'];
  for (const fault of faults) expect([fault, happened(`fault: ${fault}`) > 50]).toEqual([fault, true]);
  const fates = ['lost_before', 'lost_after', 'throttled', 'late'];
  for (const fate of fates) expect([fate, happened(`store: ${fate}`) > 300]).toEqual([fate, true]);
  expect(happened('leaderships')).toBeGreaterThan(500);
  expect(happened('lost batches brought back')).toBeGreaterThan(5);
  expect(happened('reply: answered')).toBeGreaterThan(10_000);
}, 120_000);

test('a seed tells the same story each time', async () => {
  for (const seed of [3, 14, 159]) {
    const first = await storyOf(seed);
    expect(await storyOf(seed)).toEqual(first);
    expect((await storyOf(seed + 1)).fingerprint).not.toBe(first.fingerprint);
  }
});

async function storyOf(seed: number) {
  const lines: string[] = [];
  const { fingerprint, virtualMs } = await runSeed(seed, { operations: 60, tell: (line) => lines.push(line) });
  return { fingerprint, virtualMs, lines };
}
