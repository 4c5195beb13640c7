// Writes the files of a new service: its contract, one use case, its module, its tests and its page.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const dependencies = [
  '@grpc/grpc-js',
  '@ipe/contracts',
  '@ipe/service-kit',
  '@nestjs/common',
  '@nestjs/microservices',
  'zod',
];

/** Lower-case words joined by “-”: a folder, a package of npm and, with “_”, one of proto. */
export const isServiceName = (name) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name);

/** Lays the service out below root. Gives the files that it wrote and those that it changed, as paths below root. */
export function layOut(root, name) {
  const read = (file) => readFileSync(join(root, file), 'utf8');
  const write = (file, text) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    return file;
  };
  const fill = filler(name);
  const written = Object.entries(JSON.parse(read('tools/new-service/files.json'))).map(([template, file]) =>
    write(fill(file), fill(read(`tools/new-service/${template}`))),
  );
  // The versions that the other services have.
  const versions = JSON.parse(read('services/account/package.json')).dependencies;
  written.push(write(`services/${name}/package.json`, `${JSON.stringify(manifest(name, versions), null, 2)}\n`));
  const changed = ['tsconfig.json', 'tsconfig.test.json'].map((file) => write(file, withReference(read(file), name)));
  return { written, changed };
}

function filler(name) {
  const pascal = name.replaceAll(/(^|-)([a-z0-9])/g, (_match, _dash, letter) => letter.toUpperCase());
  const words = {
    __name__: name,
    __snake__: name.replaceAll('-', '_'),
    __Pascal__: pascal,
    __camel__: pascal.charAt(0).toLowerCase() + pascal.slice(1),
  };
  return (text) => text.replaceAll(/__(name|snake|Pascal|camel)__/g, (word) => words[word]);
}

function manifest(name, versions) {
  return {
    name: `@ipe/${name}`,
    private: true,
    version: '0.0.0',
    type: 'module',
    exports: { './*': { source: './src/*.ts', types: './dist/*.d.ts', default: './dist/*.js' } },
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, versions[dependency]])),
    devDependencies: { '@ipe/testing': '0.0.0' },
  };
}

/** The settings with the service among the references to services, in their order; the rest stays as it is written. */
function withReference(text, name) {
  const lines = text.split('\n');
  const path = (line) => /"path": "(services\/[^"]+)"/.exec(line)?.[1];
  const services = lines.filter(path).map(path);
  const first = lines.findIndex(path);
  // After the last one a comma may be missing, where nothing else follows it.
  const end = lines[first + services.length - 1].endsWith(',') ? ',' : '';
  const sorted = [...services, `services/${name}`].sort().map((service) => `    { "path": "${service}" }`);
  lines.splice(first, services.length, ...`${sorted.join(',\n')}${end}`.split('\n'));
  return lines.join('\n');
}
