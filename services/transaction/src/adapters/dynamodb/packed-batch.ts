import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

// Records of one batch repeat each other: packed they take less than half the bytes, which is what the store counts as
// write units, and what its client encodes, signs and sends. A thread of its own packs them.

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** What is smaller goes as it is: a lone caller would wait longer for the thread than for what it saves. */
const fewestBytes = 4_096;
/** Higher levels take up to four times as long, for 2 % less. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

type PackedBatch = Readonly<{ batch: { B: Uint8Array }; encoding?: { S: 'zstd' } }>;

/** The attributes of a journal item that hold a batch's bytes: `batch`, and `encoding` where they are packed. */
export async function packed(bytes: Uint8Array): Promise<PackedBatch> {
  if (bytes.length < fewestBytes) return { batch: { B: bytes } };
  return { batch: { B: await compress(bytes, options) }, encoding: { S: 'zstd' } };
}

/** The batch's bytes; undefined: the item holds none. What cannot be unpacked stays as it is: no codec will take it for a batch. */
export async function unpacked(item: Readonly<Record<string, AttributeValue>>): Promise<Uint8Array | undefined> {
  const stored = item['batch']?.B;
  if (!stored || item['encoding']?.S !== 'zstd') return stored;
  return decompress(stored).catch(() => stored);
}
