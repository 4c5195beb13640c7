/** Where a record lies in its shard's journal. */
export type RecordPlace = Readonly<{ sequence: number; index: number }>;

// An entry of an index: 6 bytes of hash, 6 of the batch's sequence, 2 of the record's index in it, big-endian. Their
// order as bytes is the order of hash, then place.

export const entryBytes = 14;
const sequenceAt = 6;
const indexAt = 12;

export function writeEntry(bytes: Buffer, at: number, hash: number, sequence: number, index: number): void {
  bytes.writeUIntBE(hash, at, 6);
  bytes.writeUIntBE(sequence, at + sequenceAt, 6);
  bytes.writeUInt16BE(index, at + indexAt);
}

export function hashAt(bytes: Buffer, at: number): number {
  return bytes.readUIntBE(at, 6);
}

export function placeAt(bytes: Buffer, at: number): RecordPlace {
  return { sequence: bytes.readUIntBE(at + sequenceAt, 6), index: bytes.readUInt16BE(at + indexAt) };
}

/** How many of the sorted entries are at or before a hash and place. */
export function countUpTo(entries: Buffer, hash: number, { sequence, index }: RecordPlace): number {
  let low = 0;
  let high = entries.length / entryBytes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = middle * entryBytes;
    const difference =
      hashAt(entries, at) - hash ||
      entries.readUIntBE(at + sequenceAt, 6) - sequence ||
      entries.readUInt16BE(at + indexAt) - index;
    if (difference <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
