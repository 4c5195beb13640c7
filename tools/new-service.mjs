// npm run new-service -- <name>: lays out a service with its contract, one use case, its module, its tests and its page.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isServiceName, layOut } from './new-service/lay-out.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const usage = 'usage: npm run new-service -- <name>   (lower case, words joined by “-”)';
const [name = '', ...more] = process.argv.slice(2);

const stop = (message, code) => {
  (code === 0 ? console.log : console.error)(message);
  process.exit(code);
};
if (name === '--help' || name === '-h') stop(usage, 0);
if (!isServiceName(name) || more.length > 0) stop(usage, 2);
for (const folder of [`services/${name}`, `libs/${name}`, `proto/bank/${name.replaceAll('-', '_')}`]) {
  if (existsSync(join(root, folder))) stop(`${folder} is there already`, 1);
}

const { written, changed } = layOut(root, name);
for (const file of written) console.log(`  ${file}`);
for (const file of changed) console.log(`  ${file} (changed)`);

// Where lines break and how imports are sorted depends on the name.
const sources = written.filter((file) => !/\.(md|proto)$/.test(file));
const { status } = spawnSync('biome', ['check', '--write', '--log-level=error', ...sources, ...changed], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) stop('biome did not like what is above: npm run check tells it again', 1);

const next = [
  ['npm install', `links @ipe/${name}`],
  ['npm run generate', 'makes the code of its contract'],
  [`npm run jest -- services/${name}`, 'its tests pass'],
  ['npm run check', 'so do lint, types and boundaries'],
];
const width = Math.max(...next.map(([command]) => command.length));
console.log('\nNext:');
for (const [command, does] of next) console.log(`  ${command.padEnd(width)}   ${does}`);
console.log(`Replace the greeting by the first use case. For the service to run in npm start:
  tools/topology.mjs                       its ports and its own variables
  docker-compose.yml                       the same; npm run jest -- tests/deploy compares them
  observability/prometheus/prometheus.yml  its job
  README.md                                a line in the table of services`);
