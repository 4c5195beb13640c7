/**
 * HalfSipHash-2-4 with 64 bits of output, of which 48 are used: they fit exactly into a number. A keyed hash, since
 * callers choose their idempotency keys: without the key nobody can make many of them fall on one another. Several
 * times faster than SHA-256 on texts this short, and every new key is hashed on the way of a write.
 */
export class KeyHash {
  private readonly key0: number;
  private readonly key1: number;
  private first = 0;
  private second = 0;

  /** key: 8 bytes. */
  constructor(readonly key: Uint8Array) {
    const view = new DataView(key.buffer, key.byteOffset, 8);
    this.key0 = view.getInt32(0, true);
    this.key1 = view.getInt32(4, true);
  }

  /** 48 bits of the hash of a text, 0 to 2^48 - 1. */
  of(text: string): number {
    this.run(text);
    return (this.first >>> 0) * 65_536 + (this.second & 0xffff);
  }

  /** All 64 bits. */
  words(text: string): [first: number, second: number] {
    this.run(text);
    return [this.first >>> 0, this.second >>> 0];
  }

  /** One loop: words of the text, two rounds each, the last with the length on top; then twice four rounds. */
  private run(text: string): void {
    // Of a text beyond this, or of a wider character, only a part counts: such texts may share a hash, no more.
    const length = bytes.write(text, 'latin1');
    const last = length >>> 2;
    words[last] = (length << 24) | (at(last) & ((1 << ((length & 3) << 3)) - 1));
    let a = this.key0;
    let b = this.key1 ^ 0xee;
    let c = 0x6c796765 ^ this.key0;
    let d = 0x74656462 ^ this.key1;
    for (let block = 0; block <= last + 2; block++) {
      const word = block <= last ? at(block) : 0;
      d ^= word;
      if (block === last + 1) c ^= 0xee;
      if (block === last + 2) b ^= 0xdd;
      for (let round = block <= last ? 2 : 4; round > 0; round--) {
        a = (a + b) | 0;
        b = ((b << 5) | (b >>> 27)) ^ a;
        a = (a << 16) | (a >>> 16);
        c = (c + d) | 0;
        d = ((d << 8) | (d >>> 24)) ^ c;
        a = (a + d) | 0;
        d = ((d << 7) | (d >>> 25)) ^ a;
        c = (c + b) | 0;
        b = ((b << 13) | (b >>> 19)) ^ c;
        c = (c << 16) | (c >>> 16);
      }
      a ^= word;
      if (block === last + 1) this.first = b ^ d;
    }
    this.second = b ^ d;
  }
}

// One hash at a time, in one thread: the text lies here while it is hashed.
const words = new Int32Array(256);
const bytes = Buffer.from(words.buffer, 0, 1_020);

function at(index: number): number {
  return words[index] ?? 0;
}
