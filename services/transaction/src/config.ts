import {
  address,
  dynamodbFields,
  grpcFields,
  kafkaFields,
  key256,
  milliseconds,
  serviceFields,
} from '@ipe/service-kit/config-fields';
import { z } from 'zod';

const count = z.coerce.number().int('must be a whole number').min(1, 'must be at least 1');

export const configSchema = z.object({
  ...serviceFields,
  ...grpcFields,
  ...dynamodbFields,
  ...kafkaFields,
  CARDS_ADDRESS: address,
  /** How long an authorisation waits for the card's state before it is declined. */
  CARD_CHECK_DEADLINE_MS: milliseconds.default(800),
  /** How often holds that ran out are looked for. */
  EXPIRY_SWEEP_MS: milliseconds.pipe(z.number().min(10, 'must be at least 10')).default(1_000),
  /** Records that may wait for the journal; a write beyond is answered RESOURCE_EXHAUSTED. */
  MAX_QUEUED_RECORDS: count.default(10_000),
  /** Where other replicas reach this one's gRPC server; absent: at GRPC_ADDRESS. */
  ADVERTISED_ADDRESS: address.optional(),
  /** A leader that has not prolonged its lease for so long is followed by another. */
  LEASE_MS: milliseconds.pipe(z.number().min(300, 'must be at least 300')).default(900),
  /** Into how many shards the ledger is parted: chosen when it is begun, and fixed for good. */
  SHARDS: count.pipe(z.number().max(1_024, 'must be at most 1024')).default(1),
  /** A checkpoint is written once the journal has grown by so much, and by half of the last checkpoint's size. */
  CHECKPOINT_BYTES: count.default(8_000_000),
  /** The latest records, whose answers and transactions stay in memory whatever the checkpoints cover. */
  RECORDS_IN_MEMORY: count.default(100_000),
  /** Of the fingerprints under idempotency keys. Another key: every repeated call counts as another body. */
  FINGERPRINT_KEY: key256,
  /** Prefix of the topics' names; for tests. */
  TOPIC_PREFIX: z.string().default(''),
});

export type Config = Readonly<z.output<typeof configSchema>>;
