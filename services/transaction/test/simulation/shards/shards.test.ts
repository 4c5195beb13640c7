import { simulate } from '../simulate.ts';
import { runSeed } from './run-seed.ts';

test('whatever goes wrong between shards, money arrives once, and nothing stays set aside', async () => {
  const printed = await simulate('--shards', '--seeds', '40', '--operations', '120');
  expect(printed.match(/^Seed \d+ breaks a promise[\s\S]*/m)?.[0]).toBeUndefined();
  // A simulation in which nothing happens proves nothing.
  const happened = (what: string) => Number(new RegExp(`^ *(\\d+) {2}${what}$`, 'm').exec(printed)?.[1] ?? 0);
  const least = {
    'fault: killed': 20,
    'fault: paused': 20,
    'fault: handed over': 20,
    'call: lost_before': 20,
    'call: lost_after': 20,
    'call: late': 20,
    'call: answered_late': 20,
    'call: twice': 20,
    'store: lost_after': 20,
    'reply: answered': 600,
    remittances: 200,
    'reservations taken': 60,
    'reservations freed': 8,
    unclaimed: 5,
    'lost batches brought back': 5,
  };
  for (const [what, count] of Object.entries(least)) {
    expect([what, happened(what) >= count]).toEqual([what, true]);
  }
}, 60_000);

test('none of it hangs on how long anything takes', async () => {
  const printed = await simulate('--shards', '--untimely', '--seeds', '8', '--operations', '120');
  expect(printed.match(/^Seed \d+ breaks a promise[\s\S]*/m)?.[0]).toBeUndefined();
  expect(printed).toMatch(/^ *\d+ {2}reservations taken$/m);
  expect(printed).toMatch(/^ *\d+ {2}reservations freed$/m);
}, 60_000);

test('a seed tells the same story of several shards each time', async () => {
  const first = await storyOf(5);
  expect(await storyOf(5)).toEqual(first);
  expect((await storyOf(6)).fingerprint).not.toBe(first.fingerprint);
});

async function storyOf(seed: number) {
  const lines: string[] = [];
  const { fingerprint, virtualMs } = await runSeed(seed, { operations: 40, tell: (line) => lines.push(line) });
  return { fingerprint, virtualMs, lines };
}
