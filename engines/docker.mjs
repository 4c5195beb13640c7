// Whether engines can come from containers here.
import { spawnSync } from 'node:child_process';

let answers;

/** Whether a Docker engine answers, not merely whether the command exists. Asked once a process. */
export function dockerAnswers() {
  answers ??= spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
  return answers;
}
