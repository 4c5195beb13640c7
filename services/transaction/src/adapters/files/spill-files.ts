import {
  closeSync,
  createReadStream,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Spill } from '../../application/verification/ports.ts';

const partitions = 64;
const bufferedBytes = 32 * 1024;
/** What one part may take in memory; larger partitions are parted again. */
const defaultPartBytes = 16 * 1024 * 1024;

/** A file open for adding, written in larger pieces. */
class AddedFile {
  private readonly descriptor: number;
  /** One for all facts: a small buffer each would take many times its bytes. */
  private readonly waiting = Buffer.allocUnsafe(bufferedBytes);
  private used = 0;
  private written: number;

  /** keep: what stays of an earlier run. */
  constructor(
    readonly path: string,
    keep: number,
  ) {
    this.descriptor = openSync(path, 'a');
    if (statSync(path).size < keep)
      throw new Error(`${path} is shorter than it was saved: begin anew without --resume`);
    ftruncateSync(this.descriptor, keep);
    this.written = keep;
  }

  add(fact: Uint8Array): void {
    if (this.used + fact.length > bufferedBytes) this.flush();
    this.waiting.set(fact, this.used);
    this.used += fact.length;
  }

  /** Answers how long the file is now. */
  flush(): number {
    for (let at = 0; at < this.used; ) at += writeSync(this.descriptor, this.waiting, at, this.used - at);
    this.written += this.used;
    this.used = 0;
    return this.written;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Facts in 64 files by the first bits of their hash. */
export class SpillFiles implements Spill {
  private readonly files: AddedFile[];

  /** kept: the files' lengths as they were saved, or none at the beginning. */
  constructor(
    folder: string,
    private readonly factBytes: number,
    kept: readonly number[] = [],
    private readonly partBytes = defaultPartBytes,
  ) {
    mkdirSync(folder, { recursive: true });
    this.files = Array.from({ length: partitions }, (_, n) => new AddedFile(join(folder, `${n}.facts`), kept[n] ?? 0));
  }

  add(fact: Uint8Array): void {
    this.files[(fact[0] ?? 0) >> 2]?.add(fact);
  }

  /** Everything is written; the files' lengths. */
  flush(): number[] {
    return this.files.map((file) => file.flush());
  }

  close(): void {
    for (const file of this.files) file.close();
  }

  async *parts(): AsyncGenerator<Buffer> {
    this.flush();
    for (const { path } of this.files) yield* this.partsOf(path, 1);
  }

  private async *partsOf(path: string, depth: number): AsyncGenerator<Buffer> {
    // All of one hash cannot be parted; 16 bytes of hash are enough for all others.
    if (statSync(path).size <= this.partBytes || depth > 15) {
      yield readFileSync(path);
      return;
    }
    const parted = Array.from({ length: 16 }, (_, n) => new AddedFile(`${path}.${n.toString(16)}`, 0));
    let rest = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      const bytes = Buffer.concat([rest, chunk as Buffer]);
      const whole = bytes.length - (bytes.length % this.factBytes);
      for (let at = 0; at < whole; at += this.factBytes) {
        parted[(bytes[at + depth] ?? 0) >> 4]?.add(bytes.subarray(at, at + this.factBytes));
      }
      rest = bytes.subarray(whole);
    }
    for (const part of parted) {
      part.flush();
      part.close();
    }
    for (const part of parted) {
      yield* this.partsOf(part.path, depth + 1);
      rmSync(part.path);
    }
  }
}
