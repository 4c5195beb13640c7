import { dynamodbFields, grpcFields, kafkaFields, milliseconds, serviceFields } from '@ipe/service-kit/config-fields';
import { z } from 'zod';

const kafkaName = z.string().regex(/^[a-zA-Z0-9._-]{1,200}$/, 'must be letters, digits, and . _ - only');

/** What the statement is built from, and where it is kept: all that a rebuild needs. */
const bookFields = {
  ...dynamodbFields,
  ...kafkaFields,
  ENTRIES_TOPIC: kafkaName.default('bank.entries.v1'),
  /** A new name reads the topic from its beginning, into the same statement. */
  CONSUMER_GROUP: kafkaName.default('statement'),
};

export const rebuildConfigSchema = z.object(bookFields);

export const configSchema = z.object({
  ...serviceFields,
  ...grpcFields,
  ...bookFields,
  /** Streams of new lines open at once. */
  MAX_WATCHERS: z.coerce.number().int('must be a whole number').min(1).max(100_000).default(1_000),
  /** How soon a line that another replica wrote is streamed at the latest. */
  WATCH_POLL_MS: milliseconds.pipe(z.number().min(10, 'must be at least 10 ms')).default(500),
});

export type RebuildConfig = Readonly<z.output<typeof rebuildConfigSchema>>;
export type Config = Readonly<z.output<typeof configSchema>>;
