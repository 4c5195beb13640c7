import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FollowerPositions } from '../../application/ports.ts';

/** How far a command has come: `<folder>/<follower>-<shard>.json`, always whole. */
export class FilePositions implements FollowerPositions {
  constructor(private readonly folder: string) {}

  async load(follower: string, shard: number): Promise<number> {
    const file = this.file(follower, shard);
    if (!existsSync(file)) return 0;
    const { sequence } = JSON.parse(readFileSync(file, 'utf8')) as { sequence?: unknown };
    if (!Number.isSafeInteger(sequence)) throw new Error(`${file} holds no position: begin anew without --resume`);
    return sequence as number;
  }

  async save(follower: string, shard: number, sequence: number): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const file = this.file(follower, shard);
    writeFileSync(`${file}.new`, JSON.stringify({ sequence }));
    renameSync(`${file}.new`, file);
  }

  forget(follower: string, shard: number): void {
    rmSync(this.file(follower, shard), { force: true });
  }

  private file(follower: string, shard: number): string {
    return join(this.folder, `${follower}-${shard}.json`);
  }
}
