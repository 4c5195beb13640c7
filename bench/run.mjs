// npm run bench -- --list | <scenario> [--quick] …: runs one, prints tables, writes bench/results/<scenario>.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseOptions, usage } from './options.mjs';

const scenarios = {
  startup: () => import('./startup.mjs'),
  purchase: () => import('./purchase.mjs'),
  uniform: () => import('./scenarios/uniform.mjs'),
  skewed: () => import('./scenarios/skewed.mjs'),
  checkout: () => import('./scenarios/checkout.mjs'),
  alone: () => import('./scenarios/alone.mjs'),
  stream: () => import('./scenarios/stream.mjs'),
  bulk: () => import('./scenarios/bulk.mjs'),
  'write-units': () => import('./scenarios/write-units.mjs'),
  'bare-wire': () => import('./scenarios/bare-wire.mjs'),
  rest: () => import('./scenarios/rest.mjs'),
  scale: () => import('./scenarios/scale.mjs'),
  restart: () => import('./scenarios/restart.mjs'),
  pipeline: () => import('./scenarios/pipeline.mjs'),
  shards: () => import('./scenarios/shards.mjs'),
  peers: () => import('./scenarios/peers.mjs'),
};

function explain(text) {
  console.error(text);
  process.exit(2);
}

const { name, options, problem } = parseOptions(process.argv.slice(2));
if (problem) explain(`${problem}\n${usage}`);
if (name === undefined || options.list) {
  for (const [scenario, load] of Object.entries(scenarios)) {
    console.log(`${scenario.padEnd(12)} ${(await load()).about}`);
  }
  process.exit(0);
}
const load = scenarios[name];
if (!load) explain(`no scenario “${name}”; npm run bench -- --list names them`);

/** What was run: the commit of the build, told dirty when something else lay in its checkout, and the engine. */
function versions(checkout = join(import.meta.dirname, '..')) {
  const git = (...args) => spawnSync('git', args, { cwd: checkout, encoding: 'utf8' }).stdout?.trim();
  const changed = git('status', '--porcelain', '--', 'services', 'libs', 'proto') ? ' and changes' : '';
  const pom = readFileSync(join(import.meta.dirname, '../engines/pom.xml'), 'utf8');
  return {
    node: process.version,
    commit: `${git('rev-parse', '--short', 'HEAD')}${changed}`,
    dynamodbLocal: /<dynamodb.version>(.*)<\/dynamodb.version>/.exec(pom)?.[1],
  };
}

const loadBefore = loadavg()[0];
const startedAt = new Date().toISOString();
const { settings, rounds, figures, ratios, goals, failed, invariants } = await (await load()).run(options);
const valid = Object.values(invariants).every(Boolean);
const result = {
  scenario: name,
  startedAt,
  machine: { cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), loadBefore },
  settings,
  versions: versions(options.checkout),
  rounds,
  figures,
  ratios,
  goals,
  failed,
  invariants,
  valid,
};
const { cores, memoryGb } = result.machine;
console.log(
  `${cores} cores, ${memoryGb} GB, load ${loadBefore.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`,
);
console.table(figures);
if (Object.keys(ratios).length > 0) console.table(ratios);
if (goals) console.table(goals);
if (failed) console.log(`failed, and counted apart: ${failed}`);
if (!valid) console.table(invariants);
const file = new URL(`results/${name}.json`, import.meta.url);
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(`${valid ? 'valid' : 'VOID: an invariant broke'}; written to bench/results/${name}.json`);
process.exit(valid ? 0 : 1);
