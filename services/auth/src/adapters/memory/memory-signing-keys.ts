import { type SigningKey, SigningKeys } from '../../application/ports.ts';

/** The fake of DynamoSigningKeys: both pass test/stores.test.ts. */
export class MemorySigningKeys extends SigningKeys {
  private readonly bySequence = new Map<number, SigningKey>();

  async list(): Promise<readonly SigningKey[]> {
    return [...this.bySequence.values()].sort((a, b) => a.sequence - b.sequence);
  }

  async add(key: SigningKey): Promise<boolean> {
    if (this.bySequence.has(key.sequence)) return false;
    this.bySequence.set(key.sequence, key);
    return true;
  }

  async remove(sequence: number): Promise<void> {
    this.bySequence.delete(sequence);
  }
}
