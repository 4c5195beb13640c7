import { kafkaClient } from '@ipe/events/kafka';
import { readConfig } from '@ipe/service-kit/config';
import { kafkaFields } from '@ipe/service-kit/config-fields';
import { z } from 'zod';
import { FilePositions } from '../adapters/files/file-positions.ts';
import { KafkaEventSink } from '../adapters/kafka/kafka-event-sink.ts';
import { retoldEntries } from '../adapters/kafka/retold-entries.ts';
import { retellEntries } from '../application/verification/retell-entries.ts';
import { chosenShards, journalTools, type Output } from './journal-tools.ts';

export const retellOptions = {
  shards: { type: 'string' },
  rate: { type: 'string' },
  progress: { type: 'string', default: '.data/ledger' },
  resume: { type: 'boolean', default: false },
} as const;

export type RetellValues = Readonly<{
  shards?: string | undefined;
  rate?: string | undefined;
  progress: string;
  resume: boolean;
}>;

const kafkaConfig = z.object({ ...kafkaFields, TOPIC_PREFIX: z.string().default('') });

/** Answers the exit code: 0 all is told, 130 stopped and saved. */
export async function retell(values: RetellValues, env: NodeJS.ProcessEnv, output: Output): Promise<number> {
  const { KAFKA_BROKERS, TOPIC_PREFIX } = readConfig(kafkaConfig, env);
  const tools = journalTools(env, values.rate, output);
  const kafka = kafkaClient('ledger-retell', KAFKA_BROKERS);
  const sink = new KafkaEventSink(kafka, tools.scheduler, TOPIC_PREFIX, retoldEntries);
  const positions = new FilePositions(values.progress);
  try {
    const shards = await chosenShards(tools, values.shards);
    if (!values.resume) for (const shard of shards) positions.forget('retell', shard);
    const end = await retellEntries(shards, { ...tools, sink, positions, stopping: output.stopping });
    output.print(
      end === 'done'
        ? 'every entry of the journal is in the topic again'
        : `stopped; --resume goes on from ${values.progress}`,
    );
    return end === 'done' ? 0 : 130;
  } finally {
    await sink.close();
    tools.close();
  }
}
