import type { ObjectParts } from './chunked-object.ts';
import { entryBytes, hashAt, placeAt } from './index-entry.ts';
import type { IndexRun } from './index-run.ts';
import { RunWriter } from './run-writer.ts';
import type { WorkShare } from './work-share.ts';

/** Neighbouring runs, oldest first, as one of the next level: chunk by chunk, in constant memory. */
export async function mergeRuns(
  runs: readonly IndexRun[],
  parts: ObjectParts,
  share: WorkShare,
  filtered: boolean,
): Promise<IndexRun> {
  const cursors = await Promise.all(runs.map((run) => Cursor.open(run)));
  const writer = await RunWriter.begin(parts, share, filtered);
  for (let least = leastOf(cursors); least; least = leastOf(cursors)) {
    const { sequence, index } = placeAt(least.chunk, least.at);
    if (writer.add(least.hash, sequence, index)) await writer.flush();
    if (!least.advance()) await least.nextChunk();
  }
  const level = Math.max(...runs.map(({ stored }) => stored.level)) + 1;
  return writer.finish(level);
}

/** Of entries under one hash, those of an older run lie before those of a newer one. */
function leastOf(cursors: readonly Cursor[]): Cursor | undefined {
  let least: Cursor | undefined;
  for (const cursor of cursors) {
    if (!cursor.ended && (!least || cursor.hash < least.hash)) least = cursor;
  }
  return least;
}

class Cursor {
  chunk: Buffer = Buffer.alloc(0);
  at = 0;
  hash = 0;
  ended = false;

  private constructor(private readonly chunks: AsyncGenerator<Buffer>) {}

  static async open(run: IndexRun): Promise<Cursor> {
    const cursor = new Cursor(run.chunks());
    await cursor.nextChunk();
    return cursor;
  }

  /** Answers whether the chunk at hand has a further entry. */
  advance(): boolean {
    this.at += entryBytes;
    if (this.at >= this.chunk.length) return false;
    this.hash = hashAt(this.chunk, this.at);
    return true;
  }

  async nextChunk(): Promise<void> {
    const next = await this.chunks.next();
    this.ended = next.done === true;
    if (next.done) return;
    this.chunk = next.value;
    this.at = 0;
    this.hash = hashAt(this.chunk, 0);
  }
}
