import {
  address,
  dynamodbFields,
  grpcFields,
  kafkaFields,
  milliseconds,
  serviceFields,
} from '@ipe/service-kit/config-fields';
import { z } from 'zod';

const kafkaName = z.string().regex(/^[a-zA-Z0-9._-]{1,200}$/, 'must be letters, digits, and . _ - only');

export const configSchema = z.object({
  ...serviceFields,
  ...grpcFields,
  ...dynamodbFields,
  ...kafkaFields,
  TRANSACTION_ADDRESS: address,
  /** How long the ledger may take to answer. */
  LEDGER_DEADLINE_MS: milliseconds.default(3_000),
  ENTRIES_TOPIC: kafkaName.default('bank.entries.v1'),
  /** A new name reads the topic from its beginning, into the same balances. */
  CONSUMER_GROUP: kafkaName.default('account-balances'),
});

export type Config = Readonly<z.output<typeof configSchema>>;
