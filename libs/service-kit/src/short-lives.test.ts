import { execFileSync } from 'node:child_process';
import { shortLivesFlags } from './short-lives.ts';

test('V8 knows each flag: one that it does not know it passes over in silence', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  for (const flag of shortLivesFlags) expect(known).toContain(`${flag.replace(/^--no-/, '--')} (`);
});
