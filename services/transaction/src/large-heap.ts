import { setFlagsFromString } from 'node:v8';

/**
 * What V8 must be told about a heap of millions of objects that stay. Collecting it takes all of two cores for some
 * seconds, whoever calls meanwhile.
 */
export const largeHeapFlags = [
  // Left alone, V8 looks through the whole heap for each 64 MB of buffers that come and go: with a million accounts that
  // takes longer than the transfers that fill them. So counted, it waits until there is as much garbage as heap.
  '--external-memory-accounted-in-global-limit',
  // Nor does it give memory back (some three weeks from now at the earliest): it collects for that after eight quiet
  // seconds, and from then on whenever the heap has grown by a third.
  '--gc-memory-reducer-start-delay-ms=2000000000',
];

/** To be called before anything is kept. */
export function expectLargeHeap(): void {
  for (const flag of largeHeapFlags) setFlagsFromString(flag);
}
