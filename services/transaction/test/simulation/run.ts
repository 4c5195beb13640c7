import { parseArgs } from 'node:util';
import { simulationWith } from './mutated-sources.ts';
import { tryMutations } from './run-mutations.ts';
import * as oneShard from './run-seed.ts';
import * as acrossShards from './shards/run-seed.ts';
import { untimely } from './shards/untimely.ts';
import { Tally } from './tally.ts';

// npm run simulate -- [--shards [--untimely]] [--seeds 1000] [--from 1] [--operations 200] | --seed 7 [--trace]
// npm run simulate -- [--shards] --mutations [text]

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    operations: { type: 'string', default: '200' },
    shards: { type: 'boolean', default: false },
    untimely: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const operations = Number(values.operations);
const say = (line: string) => void process.stdout.write(`${line}\n`);
// Faults are errors, many of them, and nobody reads where they were made.
Error.stackTraceLimit = values.trace ? 10 : 0;

if (values.mutations) await runMutations();
else await runSeeds();

async function runSeeds(): Promise<void> {
  const from = Number(values.seed ?? values.from);
  const seeds = values.seed === undefined ? Number(values.seeds ?? 1_000) : 1;
  const tally = new Tally();
  const { runSeed } = await simulation();
  const flags = `${values.shards ? '--shards ' : ''}${values.untimely ? '--untimely ' : ''}`;
  for (let seed = from; seed < from + seeds && !tally.failed; seed++) {
    tally.add(await runSeed(seed, { operations, ...(values.trace ? { tell: say } : {}) }));
  }
  for (const line of tally.lines()) say(line);
  if (!tally.failed) return;
  say(tally.failureText(`${flags}--operations ${operations}`));
  process.exitCode = 1;
}

async function simulation(): Promise<Pick<typeof oneShard, 'runSeed'>> {
  if (!values.shards) return oneShard;
  return values.untimely ? simulationWith('untimely', untimely, 'acrossShards') : acrossShards;
}

async function runMutations(): Promise<void> {
  const only = positionals.join(' ');
  const which = values.shards ? 'acrossShards' : 'oneShard';
  await tryMutations({ simulation: which, seeds: Number(values.seeds ?? 200), operations, only }, (finding) => {
    if (finding.rule === undefined) process.exitCode = 1;
    const fate = finding.rule === undefined ? 'NOT CAUGHT' : `seed ${finding.seed}: ${finding.rule}`;
    say(`${finding.name}\n    ${fate}\n    ${finding.detail ?? ''}`);
  });
}
