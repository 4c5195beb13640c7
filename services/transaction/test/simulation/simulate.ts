import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./run.ts', import.meta.url));
const flags = ['--conditions=source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning'];

/**
 * What `npm run simulate` prints. In a process of its own: Node itself loads the code there, so that a mutation can
 * replace its texts on the way, and a rejection that nobody catches is noticed, as it would be in the service.
 */
export function simulate(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...flags, program, ...args], (error, stdout, stderr) => {
      // A broken promise is in what was printed; anything else is no result at all.
      if (error && stdout === '') reject(new Error(stderr));
      else resolve(stdout);
    });
  });
}
