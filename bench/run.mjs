// npm run bench -- --list | <scenario> [--quick]: runs one, prints a table, writes bench/results/<scenario>.json.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import * as purchase from './purchase.mjs';
import * as startup from './startup.mjs';

const scenarios = { startup, purchase };
const [name = '--list', ...flags] = process.argv.slice(2);

if (name === '--list') {
  for (const [scenario, { about }] of Object.entries(scenarios)) console.log(`${scenario.padEnd(12)} ${about}`);
  process.exit(0);
}
const scenario = scenarios[name];
if (!scenario) {
  console.error(`no scenario “${name}”; npm run bench -- --list names them`);
  process.exit(1);
}
const loadBefore = loadavg()[0];
const startedAt = new Date().toISOString();
const { settings, rounds, figures, ratios, invariants } = await scenario.run({ quick: flags.includes('--quick') });
const valid = Object.values(invariants).every(Boolean);
const result = {
  scenario: name,
  startedAt,
  machine: { cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), loadBefore },
  settings,
  versions: { node: process.version },
  rounds,
  figures,
  ratios,
  invariants,
  valid,
};
console.table(figures);
if (Object.keys(ratios).length > 0) console.table(ratios);
const file = new URL(`results/${name}.json`, import.meta.url);
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(`${valid ? 'valid' : 'VOID: an invariant broke'}; written to bench/results/${name}.json`);
process.exit(valid ? 0 : 1);
