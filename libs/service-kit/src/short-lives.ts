import { setFlagsFromString } from 'node:v8';

/**
 * What V8 must be told by a process that answers many calls. Each leaves tens of kilobytes that nobody needs once it is
 * answered, which costs next to nothing to free as long as nothing old points to any of it.
 */
export const shortLivesFlags = [
  // V8 puts what some line of code makes among the old at once, where much of what that line made before was still in
  // use when it looked: the calls of that moment were under way. Everything that such an object points to is then kept
  // until the whole heap is collected.
  '--no-allocation-site-pretenuring',
];

/** To be called before the first call is. */
export function expectShortLives(): void {
  for (const flag of shortLivesFlags) setFlagsFromString(flag);
}
