/** A Bloom filter a chunk: 2^16 bits for up to 4,096 entries, that is 16 bits an entry; wrong about once in 1,700. */
export const filterBytes = 8_192;
const probes = 8;

/** Sets a hash's bits in the filter that begins at `at`. Which chunk a hash is in follows from its upper bits. */
export function addToFilter(filters: Uint8Array, at: number, hash: number): void {
  let bit = hash & 0xffff;
  let step = (hash >>> 16) | 1;
  for (let probe = 0; probe < probes; probe++) {
    const byte = at + (bit >>> 3);
    filters[byte] = (filters[byte] ?? 0) | (1 << (bit & 7));
    bit = (bit + step) & 0xffff;
    step += probe;
  }
}

/** False: it was never added. */
export function mayBeIn(filters: Uint8Array, at: number, hash: number): boolean {
  let bit = hash & 0xffff;
  let step = (hash >>> 16) | 1;
  for (let probe = 0; probe < probes; probe++) {
    if (((filters[at + (bit >>> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false;
    bit = (bit + step) & 0xffff;
    step += probe;
  }
  return true;
}
