import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isServiceName, layOut } from '../../tools/new-service/lay-out.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const needed = ['tools/new-service', 'services/account/package.json', 'tsconfig.json', 'tsconfig.test.json'];
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ipe-new-service-'));
  for (const path of needed) cpSync(join(repository, path), join(root, path), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('lays out a contract, the files of a service and its package, with its name filled in everywhere', () => {
  const { written } = layOut(root, 'car-loans');
  expect(written).toEqual(
    expect.arrayContaining([
      'proto/bank/car_loans/v1/car_loans.proto',
      'services/car-loans/README.md',
      'services/car-loans/package.json',
      'services/car-loans/src/car-loans.module.ts',
      'services/car-loans/test/round-trip.test.ts',
    ]),
  );
  for (const file of written) expect([file, read(file)]).toEqual([file, expect.not.stringMatching(/__|undefined/)]);
  expect(read('proto/bank/car_loans/v1/car_loans.proto')).toContain('service CarLoansService {');
  expect(read('services/car-loans/src/create-service.ts')).toContain('export function carLoansService(');
});

test('takes the versions that the other services have', () => {
  layOut(root, 'loans');
  const { dependencies } = JSON.parse(read('services/loans/package.json'));
  const others = JSON.parse(read('services/account/package.json')).dependencies;
  for (const [name, version] of Object.entries(dependencies)) expect([name, version]).toEqual([name, others[name]]);
});

test.each(['aardvark', 'loans', 'zoo'])('adds %s to the projects in order, and changes nothing else', (name) => {
  const { changed } = layOut(root, name);
  expect(changed).toEqual(['tsconfig.json', 'tsconfig.test.json']);
  for (const file of changed) {
    const lines = readFileSync(join(repository, file), 'utf8').split('\n');
    const now = read(file).split('\n');
    const services = now.filter((line) => line.includes('"services/')).map((line) => line.replace(/,$/, ''));
    expect(services).toContain(`    { "path": "services/${name}" }`);
    expect(services.filter((line) => line.includes('path'))).toEqual(
      services.filter((line) => line.includes('path')).sort(),
    );
    expect(now.length).toBe(lines.length + 1);
    expect(JSON.parse(read(file)).references).toHaveLength(JSON.parse(lines.join('\n')).references.length + 1);
  }
});

test('every template is laid out, and every one that is named is there', () => {
  const { written } = layOut(root, 'loans');
  for (const file of written) expect(existsSync(join(root, file))).toBe(true);
  expect(Object.keys(JSON.parse(read('tools/new-service/files.json'))).length).toBe(written.length - 1);
});

test.each(['Loans', 'car_loans', '1st', 'a--b', '-a', 'a-', '../x', 'a b', ''])(
  '“%s” is no name of a service',
  (name) => {
    expect(isServiceName(name)).toBe(false);
  },
);
