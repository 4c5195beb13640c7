import { BinaryWriter } from '@bufbuild/protobuf/wire';

let writer = new BinaryWriter();

/**
 * The bytes that `write` puts into a writer. It is one for all, and keeps its buffer: a new one's has to grow from
 * nothing each time, which takes longer than the writing.
 */
export function written(write: (writer: BinaryWriter) => unknown): Uint8Array {
  try {
    write(writer);
    return writer.finish();
  } catch (error) {
    // It holds half of something.
    writer = new BinaryWriter();
    throw error;
  }
}
