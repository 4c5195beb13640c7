import { emptyLedger, type LedgerState } from '../../domain/ledger-state.ts';
import type { JournalEnd } from '../commit-loop.ts';
import type { Checkpoint } from './checkpoint.ts';
import { DamagedObject } from './damaged-object.ts';
import { type MemoryOptions, type MemoryParts, ShardMemory } from './shard-memory.ts';
import { readSnapshot } from './snapshot.ts';

/** Where a replay of the journal begins. */
export type Beginning = Readonly<{ state: LedgerState; end: JournalEnd; memory: ShardMemory }>;

/**
 * A shard's state as its newest usable checkpoint has it: one that is complete, undamaged, and of this journal. Without
 * any, the empty state. Throws when the store does not answer.
 */
export async function openMemory(shard: number, options: MemoryOptions, parts: MemoryParts): Promise<Beginning> {
  const memory = new ShardMemory(shard, options, parts);
  for (const { sequence, bytes } of await parts.checkpoints.list(shard)) {
    try {
      return { memory, ...(await open(memory, parts, decode(parts, bytes))) };
    } catch (error) {
      if (!(error instanceof DamagedObject)) throw error;
      parts.log.warn(`the checkpoint of shard ${shard} after batch ${sequence} is of no use: ${error.message}`);
    }
  }
  return { memory, state: emptyLedger(), end: { sequence: 0, hash: '', last: undefined } };
}

async function open(memory: ShardMemory, parts: MemoryParts, checkpoint: Checkpoint) {
  const { shard, sequence, journalHash, decidedAt, state } = checkpoint;
  const bytes = await parts.journal.readOne(shard, sequence);
  const last = bytes && parts.codec.decodeBatch(bytes);
  if (last?.hash !== journalHash) throw new DamagedObject(`it is not of this journal: batch ${sequence} differs`);
  const [snapshot, indexes] = await Promise.all([
    readSnapshot(state, decidedAt, parts.snapshots, memory.objects),
    memory.open(checkpoint),
  ]);
  memory.adopt(checkpoint, indexes);
  return { state: snapshot, end: { sequence, hash: journalHash, last } };
}

function decode({ snapshots }: MemoryParts, bytes: Uint8Array): Checkpoint {
  try {
    return snapshots.decodeCheckpoint(bytes);
  } catch (error) {
    throw new DamagedObject(String(error));
  }
}
