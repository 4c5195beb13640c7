import { existsSync, readFileSync } from 'node:fs';

// Preloaded into a replica (`node --import`): its wall clock is off by what a file says, in milliseconds. The file is
// read at the start and upon SIGUSR2. Monotonic time is left alone, as it is where a machine's clock is set.

const file = process.env['CLOCK_FILE'] ?? '';
const machineTime = Date.now;
let offsetMs = readOffset();
process.on('SIGUSR2', () => {
  offsetMs = readOffset();
});

function readOffset(): number {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
}

Date.now = () => machineTime() + offsetMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, values: unknown[], made) =>
    Reflect.construct(target, values.length > 0 ? values : [target.now()], made) as object,
  apply: (target) => new target(target.now()).toString(),
});
