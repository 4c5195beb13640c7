// A guard that never fires guards nothing: each rule must refuse its fixture.
import { spawnSync } from 'node:child_process';

const contracts = 'tools/fixtures/contracts';
const guards = [
  [
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', 'tools/fixtures/boundary'],
    [
      'domain-points-inward',
      'domain/type-only.ts',
      'application-knows-no-adapter',
      'no-service-imports-another',
      'libs-import-no-service',
    ],
  ],
  [
    'biome',
    ['lint', '--config-path=tools/fixtures/biome.json', 'tools/fixtures/biome'],
    ['noFloatingPromises', 'noBarrelFile', 'noImportCycles', 'noExplicitAny'],
  ],
  ['buf', ['lint', `${contracts}/after`], ['should have a non-empty comment']],
  ['buf', ['breaking', `${contracts}/after`, '--against', `${contracts}/before`], ['changed type', 'changed name']],
];
for (const [command, args, rules] of guards) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  const silent = rules.filter((rule) => !`${stdout}${stderr}`.includes(rule));
  if (status === 0 || silent.length > 0) {
    console.error(`${command} did not refuse its fixture: ${silent}\n${stdout}${stderr}`);
    process.exit(1);
  }
}
console.log('every guard fires on its fixture');
