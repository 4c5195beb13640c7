import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

/** Where the message came from and why it was given up. Names of the headers on the dead letter. */
export type DeadLetterReason = {
  topic: string;
  partition: number;
  offset: string;
  group: string;
  attempts: number;
  reason: string;
  at: Date;
};

/** The message as it was, record time included, with the reason beside its own headers. */
export function deadLetter(message: KafkaMessage, why: DeadLetterReason): Message {
  const headers: IHeaders = {
    ...message.headers,
    'dlq-topic': why.topic,
    'dlq-partition': String(why.partition),
    'dlq-offset': why.offset,
    'dlq-group': why.group,
    'dlq-attempts': String(why.attempts),
    'dlq-reason': why.reason.slice(0, 500),
    'dlq-at': why.at.toISOString(),
  };
  return { key: message.key, value: message.value, headers, timestamp: message.timestamp };
}
