import { setTimeout as wait } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type Consumer, type Kafka, Partitioners } from 'kafkajs';
import type { ConsumerOptions } from './consumer-options.ts';
import { gathered } from './gathered.ts';
import { type BatchRun, settleBatch } from './settle-batch.ts';

export type RunningConsumer = { stop(): Promise<void> };

const sessionTimeoutMs = 6_000;
/** As many as a topic of ours has. */
const partitionsAtOnce = 6;
const pauseBetweenSessionsMs = 1_000;
/** A broker that is away answers nothing, not even a goodbye: the end of a service must not wait for it. */
const stopWithinMs = 4_000;

/**
 * Consumes a topic from its beginning, at least once, in order within a partition, partitions side by side.
 * A message that fails by itself is tried `maxAttempts` times, then goes to `<topic>.dlq` with the reason, and the ones
 * behind it go on. A store, a broker or a topic that is not there is waited for. The offset is committed after the
 * effect. Returns at once: a service starts while Kafka is down.
 */
export function consume(given: ConsumerOptions): RunningConsumer {
  const options = acrossPartitions(given);
  const logger = new Logger(`Consumer ${options.groupId}`);
  const stopping = new AbortController();
  const running = keepConsuming(options, logger, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await Promise.race([running, wait(stopWithinMs, undefined, { ref: false })]);
    },
  };
}

function acrossPartitions({ together, ...options }: ConsumerOptions): ConsumerOptions {
  if (!together) return options;
  return { ...options, together: { ...together, handle: gathered(together.handle, together.atMost) } };
}

/** Never gives up: whatever ended a session, the next one begins with fresh connections. */
async function keepConsuming(options: ConsumerOptions, logger: Logger, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await session(options, logger, stopping);
    } catch (error) {
      if (stopping.aborted) return;
      logger.warn({ message: 'not consuming; trying again', topic: options.topic, error: String(error) });
      await pause(pauseBetweenSessionsMs, stopping);
    }
  }
}

/** One connected life of a consumer. Rejects when it fails, resolves when it was stopped. */
async function session(options: ConsumerOptions, logger: Logger, stopping: AbortSignal): Promise<void> {
  const producer = options.kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const consumer = options.kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: 15_000,
    heartbeatInterval: 1_000,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    // kafkajs restarts only what it deems retriable, and is silently over otherwise: here every crash ends the session.
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8, restartOnFailure: async () => false },
  });
  const over = Promise.withResolvers<void>();
  // A crash before anyone waits for it must not end the process.
  over.promise.catch(() => undefined);
  consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error));
  const stop = () => over.resolve();
  stopping.addEventListener('abort', stop);
  const begin = async () => {
    await topicExists(options.kafka, options.topic);
    stopping.throwIfAborted();
    await producer.connect();
    stopping.throwIfAborted();
    await run(consumer, { options, producer, logger, stopping });
  };
  const beginning = begin();
  try {
    await Promise.race([beginning, over.promise]);
    await over.promise;
  } finally {
    stopping.removeEventListener('abort', stop);
    // What is still connecting would come up after the goodbye, and stay.
    await Promise.allSettled([beginning]);
    await Promise.allSettled([consumer.disconnect(), producer.disconnect()]);
  }
}

async function run(consumer: Consumer, batchRun: BatchRun): Promise<void> {
  await consumer.connect();
  batchRun.stopping.throwIfAborted();
  await consumer.subscribe({ topic: batchRun.options.topic, fromBeginning: true });
  batchRun.stopping.throwIfAborted();
  await consumer.run({
    partitionsConsumedConcurrently: partitionsAtOnce,
    eachBatchAutoResolve: false,
    // Within a long batch too, so that a killed consumer's successor repeats a second's work, not the batch's.
    autoCommitInterval: 1_000,
    eachBatch: (payload) => settleBatch(payload, batchRun),
  });
}

/** A consumer that joins before its topic exists would wait minutes for it, or for ever. */
async function topicExists(kafka: Kafka, topic: string): Promise<void> {
  // No patience of its own: the next session asks again, and a stop need not wait for it.
  const admin = kafka.admin({ retry: { retries: 1, initialRetryTime: 100 } });
  try {
    await admin.connect();
    if (!(await admin.listTopics()).includes(topic)) throw new Error(`there is no topic ${topic} yet`);
  } finally {
    await admin.disconnect();
  }
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: stopping }).catch(() => undefined);
}
