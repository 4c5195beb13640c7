import type { StoredObject } from './checkpoint.ts';
import { DamagedObject } from './damaged-object.ts';
import { type ChunkStore, chunksUnderWay, type Digest } from './ports.ts';
import { readAhead } from './read-ahead.ts';
import type { WorkShare } from './work-share.ts';

const digestBytes = 32;
/** A read takes some chunks at once, and some reads are under way at a time. */
const chunksPerRead = 12;
const readsUnderWay = 3;

export type ObjectParts = Readonly<{ shard: number; store: ChunkStore; digest: Digest; newName: () => string }>;

/** Writes an object chunk by chunk. Each chunk carries its digest in front; the object's digest covers them all. */
export class ObjectWriter {
  private readonly digests: Uint8Array[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private failures: unknown[] = [];
  private bytes = 0;

  private constructor(
    private readonly parts: ObjectParts,
    readonly name: string,
    private readonly share: WorkShare,
  ) {}

  static async begin(parts: ObjectParts, share: WorkShare): Promise<ObjectWriter> {
    const name = parts.newName();
    await parts.store.register(parts.shard, name);
    share.again();
    return new ObjectWriter(parts, name, share);
  }

  /** The chunk is on its way then; whether it has arrived, `finish` tells at the latest. */
  async put(payload: Uint8Array): Promise<void> {
    const digest = this.parts.digest(payload);
    const chunk = Buffer.concat([digest, payload]);
    await this.share.turn();
    await this.wait(chunksUnderWay - 1);
    const written = this.parts.store
      .put(this.name, this.digests.length, chunk)
      .catch((error: unknown) => void this.failures.push(error))
      .finally(() => this.underWay.delete(written));
    this.underWay.add(written);
    this.digests.push(digest);
    this.bytes += chunk.length;
  }

  async finish(): Promise<StoredObject> {
    await this.wait(0);
    const { name, bytes, digests } = this;
    return { name, bytes, chunks: digests.length, digest: this.parts.digest(Buffer.concat(digests)) };
  }

  /** Until no more than so many chunks are on their way. */
  private async wait(most: number): Promise<void> {
    if (this.underWay.size > most) {
      while (this.underWay.size > most) await Promise.race(this.underWay);
      this.share.again();
    }
    if (this.failures.length > 0) throw this.failures[0];
  }
}

/** An object's chunks in order. Throws on one that is missing or damaged. */
export async function* readObject(parts: ObjectParts, object: StoredObject): AsyncGenerator<Buffer> {
  const digests: Uint8Array[] = [];
  for await (const chunks of readAhead(readsOf(parts, object), readsUnderWay)) {
    for (const chunk of chunks) {
      const payload = opened(parts, object, digests.length, chunk);
      digests.push((chunk ?? payload).subarray(0, digestBytes));
      yield payload;
    }
  }
  if (Buffer.compare(parts.digest(Buffer.concat(digests)), object.digest) !== 0) throw damaged(object, 'as a whole');
}

/** One chunk. Throws when it is missing or damaged. */
export async function readChunk(parts: ObjectParts, object: StoredObject, number: number): Promise<Buffer> {
  const [chunk] = await parts.store.get(object.name, [number]);
  return opened(parts, object, number, chunk);
}

function* readsOf({ store }: ObjectParts, { name, chunks }: StoredObject) {
  for (let first = 0; first < chunks; first += chunksPerRead) {
    const length = Math.min(chunksPerRead, chunks - first);
    const numbers = Array.from({ length }, (_, offset) => first + offset);
    yield () => store.get(name, numbers);
  }
}

function opened({ digest }: ObjectParts, object: StoredObject, number: number, chunk: Uint8Array | undefined): Buffer {
  if (!chunk) throw damaged(object, `chunk ${number} is missing`);
  const payload = Buffer.from(chunk.buffer, chunk.byteOffset + digestBytes, chunk.byteLength - digestBytes);
  if (Buffer.compare(digest(payload), chunk.subarray(0, digestBytes)) !== 0) throw damaged(object, `chunk ${number}`);
  return payload;
}

function damaged({ name }: StoredObject, where: string): DamagedObject {
  return new DamagedObject(`the stored object ${name} is damaged: ${where}`);
}
