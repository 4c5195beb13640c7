import { hash } from 'node:crypto';
import { dynamoClient } from '@ipe/dynamodb/client';
import { readConfig } from '@ipe/service-kit/config';
import { dynamodbFields } from '@ipe/service-kit/config-fields';
import { z } from 'zod';
import { ConnectionWatch } from '../adapters/dynamodb/connection-watch.ts';
import { DynamoJournal } from '../adapters/dynamodb/dynamo-journal.ts';
import { ProtobufJournalCodec } from '../adapters/protobuf/journal-codec.ts';
import { systemScheduler } from '../adapters/system/system-scheduler.ts';
import { type Out, progressLine } from '../adapters/terminal/progress-line.ts';
import { Pace } from '../application/verification/pace.ts';
import { shardsOf } from '../application/verification/search-journal.ts';

/** What the person at the keyboard can do something about. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Where a command says what it found, and how far it is; aborted, it saves and ends. */
export type Output = Readonly<{ print: (line: string) => void; progress: Out; stopping: AbortSignal }>;

const journalConfig = z.object(dynamodbFields);

/** What every command needs to read the journal. It reads, and never writes. */
export function journalTools(env: NodeJS.ProcessEnv, rate: string | undefined, { progress }: Output) {
  const config = readConfig(journalConfig, env);
  const client = dynamoClient(config);
  const journal = new DynamoJournal(client, `${config.TABLE_PREFIX}transaction`, new ConnectionWatch());
  return {
    journal,
    codec: new ProtobufJournalCodec(),
    scheduler: systemScheduler,
    sha256: (text: string) => hash('sha256', text, 'hex'),
    pace: new Pace(systemScheduler, bytesPerSecond(rate)),
    tell: progressLine(progress, systemScheduler.elapsed),
    close: () => client.destroy(),
  };
}

export type JournalTools = ReturnType<typeof journalTools>;

const defaultRate = '4';
const megabyte = 1_000_000;

/** "4": megabytes a second; a strongly consistent read takes a read unit for every 4 KB. */
function bytesPerSecond(rate = defaultRate): number {
  if (rate === 'unbounded') return Number.POSITIVE_INFINITY;
  const megabytes = Number(rate);
  if (!(megabytes > 0)) throw new UsageError(`--rate ${rate}: megabytes a second, more than 0, or "unbounded"`);
  return megabytes * megabyte;
}

/** The shards that are named ("0,2,5"), or all that have a journal. */
export async function chosenShards(tools: JournalTools, named: string | undefined): Promise<number[]> {
  if (named === undefined) return shardsOf(tools.journal);
  return named.split(',').map((text) => {
    if (!/^\d{1,4}$/.test(text) || Number(text) > 1_023)
      throw new UsageError(`--shards ${named}: 0 to 1023, as in 0,2,5`);
    return Number(text);
  });
}

export function seconds(name: string, text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new UsageError(`--${name} ${text}: whole seconds`);
  return Number(text) * 1_000;
}
