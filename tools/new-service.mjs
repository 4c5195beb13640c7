// npm run new-service -- <name>: lays out a service with its contract, one use case, its module, a test and its page.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const templates = join(root, 'tools', 'new-service');
const name = process.argv[2] ?? '';

const stop = (message) => {
  console.error(message);
  process.exit(1);
};
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  stop('usage: npm run new-service -- <name>   (lower case, words joined by “-”)');
}
if (existsSync(join(root, 'services', name))) stop(`services/${name} is there already`);

const pascal = name.replaceAll(/(^|-)([a-z0-9])/g, (_match, _dash, letter) => letter.toUpperCase());
const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
const fill = (text) =>
  text
    .replaceAll('__name__', name)
    .replaceAll('__snake__', name.replaceAll('-', '_'))
    .replaceAll('__Pascal__', pascal)
    .replaceAll('__camel__', camel);

const versions = JSON.parse(readFileSync(join(root, 'services', 'account', 'package.json'), 'utf8')).dependencies;
const files = JSON.parse(readFileSync(join(templates, 'files.json'), 'utf8'));
for (const [template, target] of Object.entries(files)) {
  const file = join(root, fill(target));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, fill(readFileSync(join(templates, template), 'utf8')));
  console.log(`  ${fill(target)}`);
}

const needed = [
  '@grpc/grpc-js',
  '@ipe/contracts',
  '@ipe/service-kit',
  '@nestjs/common',
  '@nestjs/microservices',
  'zod',
];
const manifest = {
  name: `@ipe/${name}`,
  private: true,
  version: '0.0.0',
  type: 'module',
  exports: { './*': { source: './src/*.ts', types: './dist/*.d.ts', default: './dist/*.js' } },
  dependencies: Object.fromEntries(needed.map((dependency) => [dependency, versions[dependency]])),
  devDependencies: { '@ipe/testing': '0.0.0' },
};
writeFileSync(join(root, 'services', name, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

for (const file of ['tsconfig.json', 'tsconfig.test.json']) {
  const settings = JSON.parse(readFileSync(join(root, file), 'utf8'));
  const at = settings.references.findIndex(({ path }) => path === 'tsconfig.test.json');
  settings.references.splice(at < 0 ? settings.references.length : at, 0, { path: `services/${name}` });
  const text = JSON.stringify(settings, null, 2).replaceAll(/\{\n\s+"path": ("[^"]+")\n\s+\}/g, '{ "path": $1 }');
  writeFileSync(join(root, file), `${text}\n`);
}

console.log(`
Next: npm install (links @ipe/${name}), npm run generate, then
  - ports and environment in tools/topology.mjs and docker-compose.yml,
  - a line in the README's table of services.`);
