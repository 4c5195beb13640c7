import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import type { EachBatchPayload, KafkaMessage, Producer } from 'kafkajs';
import type { ConsumerOptions } from './consumer-options.ts';
import { deadLetter, deadLetterTopic } from './dead-letter.ts';
import { toDelivery, withinTrace, withinTraces } from './delivery.ts';
import { isTransient, PoisonMessage } from './handling-error.ts';

/** What handling a batch needs beside the batch. */
export type BatchRun = {
  options: ConsumerOptions;
  producer: Pick<Producer, 'send'>;
  logger: Pick<Logger, 'warn' | 'error'>;
  stopping: AbortSignal;
};

type Batch = Pick<
  EachBatchPayload,
  'batch' | 'resolveOffset' | 'heartbeat' | 'isRunning' | 'isStale' | 'commitOffsetsIfNecessary'
>;

const maxBackoffMs = 5_000;
const heartbeatEveryMs = 1_000;

/** Settles a partition's messages in order: each is handled, or in the dead letters, before its offset counts. */
export async function settleBatch(payload: Batch, run: BatchRun): Promise<void> {
  const { batch, heartbeat, commitOffsetsIfNecessary } = payload;
  const atMost = run.options.together?.atMost ?? 1;
  for (let at = 0; at < batch.messages.length && !halted(payload, run); ) {
    const chunk = batch.messages.slice(at, at + atMost);
    const settled = await withHeartbeats(heartbeat, () => settleChunk(chunk, payload, run));
    await commitOffsetsIfNecessary();
    await heartbeat();
    if (settled < chunk.length) return;
    at += settled;
  }
}

/** How many from the start of the chunk are settled; fewer than all only when the consumer stops. */
async function settleChunk(chunk: readonly KafkaMessage[], payload: Batch, run: BatchRun): Promise<number> {
  const failure = await handledTogether(chunk, payload, run);
  if (failure === undefined) return chunk.length;
  // A store that has too much to do gets less at once; one by one would be many times the work.
  if (isTransient(failure.error) && chunk.length > 1) return settleHalves(chunk, payload, run);
  for (const [settled, message] of chunk.entries()) {
    if (halted(payload, run) || !(await settle(message, payload, run))) return settled;
    // Counts at once: what follows may take long, and this one need not be repeated.
    payload.resolveOffset(message.offset);
  }
  return chunk.length;
}

async function settleHalves(chunk: readonly KafkaMessage[], payload: Batch, run: BatchRun): Promise<number> {
  const half = Math.ceil(chunk.length / 2);
  let settled = 0;
  for (const part of [chunk.slice(0, half), chunk.slice(half)]) {
    if (halted(payload, run)) return settled;
    const ofPart = await settleChunk(part, payload, run);
    settled += ofPart;
    if (ofPart < part.length) return settled;
  }
  return settled;
}

/** Undefined when all of them are handled; else what failed. */
async function handledTogether(
  chunk: readonly KafkaMessage[],
  payload: Batch,
  run: BatchRun,
): Promise<{ error: unknown } | undefined> {
  const { batch, resolveOffset } = payload;
  const { together, onOutcome } = run.options;
  if (!together) return { error: undefined };
  try {
    const deliveries = chunk.map((message) => toDelivery(message, placeOf(message, batch)));
    await withinTraces(chunk, batch.topic, () => together.handle(deliveries));
  } catch (error) {
    const place = { topic: batch.topic, partition: batch.partition, offset: chunk[0]?.offset };
    run.logger.warn({ message: 'handling fewer at once', ...place, messages: chunk.length, reason: tell(error) });
    return { error };
  }
  for (const { offset } of chunk) {
    resolveOffset(offset);
    onOutcome?.('handled', { topic: batch.topic });
  }
  return undefined;
}

/** Handled, or in the dead letters: true. Not settled because the consumer stops: false. */
async function settle(message: KafkaMessage, payload: Batch, run: BatchRun): Promise<boolean> {
  const { maxAttempts = 4, backoffMs = 50, onOutcome, handle } = run.options;
  const place = placeOf(message, payload.batch);
  let failures = 0;
  for (let pauseMs = backoffMs; ; pauseMs = Math.min(pauseMs * 2, maxBackoffMs)) {
    try {
      await withinTrace(message, place.topic, async () => handle(toDelivery(message, place)));
      onOutcome?.('handled', place);
      return true;
    } catch (error) {
      const transient = isTransient(error);
      if (!transient) failures += 1;
      const reason = tell(error);
      if (error instanceof PoisonMessage || failures >= maxAttempts) {
        return giveUp(message, { ...place, attempts: failures, reason }, payload, run);
      }
      run.logger.warn({ message: transient ? 'waiting for the store' : 'trying again', ...place, reason });
      onOutcome?.('retried', place);
    }
    await pause(pauseMs, run.stopping);
    if (halted(payload, run)) return false;
  }
}

type GivenUp = ReturnType<typeof placeOf> & { attempts: number; reason: string };

/** Into the dead letters, which are waited for like any store: without a place for it a message cannot be passed by. */
async function giveUp(message: KafkaMessage, why: GivenUp, payload: Batch, run: BatchRun): Promise<boolean> {
  const letter = deadLetter(message, { ...why, group: run.options.groupId, at: new Date() });
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, maxBackoffMs)) {
    try {
      await run.producer.send({ topic: deadLetterTopic(why.topic), messages: [letter] });
      run.logger.error({ message: 'given up, see the dead letters', ...why });
      run.options.onOutcome?.('dead_lettered', why);
      return true;
    } catch (error) {
      run.logger.error({ message: 'the dead-letter topic takes nothing; trying again', ...why, error: tell(error) });
    }
    await pause(pauseMs, run.stopping);
    if (halted(payload, run)) return false;
  }
}

/**
 * Tells the group that we live while a handler works or waits, for a handler may take longer than the group's patience.
 * A failed heartbeat says that the group changes: the next one between messages says so again, and is heard.
 */
async function withHeartbeats<T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), heartbeatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function halted({ isRunning, isStale }: Batch, { stopping }: BatchRun): boolean {
  return !isRunning() || isStale() || stopping.aborted;
}

function placeOf(message: KafkaMessage, { topic, partition }: Batch['batch']) {
  return { topic, partition, offset: message.offset };
}

function tell(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: stopping }).catch(() => undefined);
}
