import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cents } from '@ipe/money/cents';
import type { AuditDesk, AuditPosition } from '../../application/verification/ports.ts';
import { keyFactBytes, stateFactBytes } from '../../application/verification/spilled-facts.ts';
import type { Head } from '../../domain/verification/audit.ts';
import { SpillFiles } from './spill-files.ts';

/** First line of the saved position. */
type Saved = {
  version: 1;
  shard: number;
  batch: number;
  hash: string;
  decidedAt: number;
  records: number;
  entries: number;
  sums: [currency: string, sum: string][];
  accounts: number;
  keys: number[];
  states: number[];
};

/**
 * `<folder>/verify-<shard>/`: `position.jsonl`, a line of where the audit stands and one an account, written aside and
 * renamed, so that it is always whole; and what was set aside, in `keys/` and `states/`.
 */
export class AuditDeskFiles implements AuditDesk {
  private readonly folder: string;
  private openKeys: SpillFiles | undefined;
  private openStates: SpillFiles | undefined;

  constructor(
    folder: string,
    private readonly shard: number,
  ) {
    this.folder = join(folder, `verify-${shard}`);
  }

  get keys(): SpillFiles {
    this.openKeys ??= new SpillFiles(join(this.folder, 'keys'), keyFactBytes);
    return this.openKeys;
  }

  get states(): SpillFiles {
    this.openStates ??= new SpillFiles(join(this.folder, 'states'), stateFactBytes);
    return this.openStates;
  }

  async resume(): Promise<AuditPosition | undefined> {
    if (!existsSync(this.positionFile)) return undefined;
    const accounts = new Map<string, Head>();
    let saved: Saved | undefined;
    for await (const line of createInterface({ input: createReadStream(this.positionFile) })) {
      if (saved) {
        const head = toHead(line);
        accounts.set(head.accountId, head);
      } else saved = JSON.parse(line) as Saved;
    }
    if (saved?.version !== 1 || saved.shard !== this.shard || saved.accounts !== accounts.size) {
      throw new Error(`${this.positionFile} is not a position of this audit: begin anew without --resume`);
    }
    this.openKeys = new SpillFiles(join(this.folder, 'keys'), keyFactBytes, saved.keys);
    this.openStates = new SpillFiles(join(this.folder, 'states'), stateFactBytes, saved.states);
    const { batch, hash, decidedAt, records, entries } = saved;
    const sums = new Map(saved.sums.map(([currency, sum]) => [currency, BigInt(sum)]));
    return { batch, hash, audit: { accounts, sums, decidedAt, records, entries } };
  }

  async save({ batch, hash, audit }: AuditPosition): Promise<void> {
    const { accounts, sums, ...counts } = audit;
    const saved: Saved = {
      version: 1,
      shard: this.shard,
      batch,
      hash,
      ...counts,
      sums: [...sums].map(([currency, sum]) => [currency, String(sum)]),
      accounts: accounts.size,
      keys: this.keys.flush(),
      states: this.states.flush(),
    };
    await mkdir(this.folder, { recursive: true });
    const aside = `${this.positionFile}.new`;
    await pipeline(Readable.from(positionLines(saved, accounts.values())), createWriteStream(aside, { flush: true }));
    renameSync(aside, this.positionFile);
  }

  async clear(): Promise<void> {
    this.openKeys?.close();
    this.openStates?.close();
    this.openKeys = undefined;
    this.openStates = undefined;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get positionFile(): string {
    return join(this.folder, 'position.jsonl');
  }
}

function* positionLines(saved: Saved, heads: Iterable<Head>): Generator<string> {
  yield `${JSON.stringify(saved)}\n`;
  for (const head of heads)
    yield `${JSON.stringify(head, (_name, value) => (typeof value === 'bigint' ? `${value}` : value))}\n`;
}

function toHead(line: string): Head {
  const { posted, held, limit, ...same } = JSON.parse(line) as Record<'posted' | 'held' | 'limit', string>;
  const amounts = { posted: cents(BigInt(posted)), held: cents(BigInt(held)), limit: cents(BigInt(limit)) };
  // Written by `save` alone, and counted: what else is in the line is the head's own.
  return { ...(same as unknown as Head), ...amounts };
}
