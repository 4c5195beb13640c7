import { setFlagsFromString } from 'node:v8';

/**
 * What V8 must be told about a heap of millions of objects that stay. Collecting it takes all of two cores for some
 * seconds, whoever calls meanwhile.
 */
export const largeHeapFlags = [
  // Left alone, V8 looks through the whole heap for each 64 MB of buffers that come and go: with a million accounts that
  // takes longer than the transfers that fill them. So counted, it waits until there is as much garbage as heap.
  '--external-memory-accounted-in-global-limit',
  // V8 lets the heap grow by as little as makes collecting it take a few hundredths of all time, quiet times counted in.
  // So whoever calls after a quiet time would have it collected each time that it has grown by a fifth.
  '--heap-growing-percent=300',
  // It collects as well to give memory back, after eight quiet seconds: some three weeks from now at the earliest.
  '--gc-memory-reducer-start-delay-ms=2000000000',
];

/** To be called before anything is kept. */
export function expectLargeHeap(): void {
  for (const flag of largeHeapFlags) setFlagsFromString(flag);
}
