import {
  address,
  dynamodbFields,
  grpcFields,
  key256,
  milliseconds,
  serviceFields,
} from '@ipe/service-kit/config-fields';
import { z } from 'zod';

const positiveMs = milliseconds.min(1, 'must be at least 1');

export const configSchema = z.object({
  ...serviceFields,
  ...grpcFields,
  ...dynamodbFields,
  ACCOUNT_ADDRESS: address,
  TRANSACTION_ADDRESS: address,
  /** Seals the digests of requests that hold card data. A changed key makes repeated payments look like other requests. */
  FINGERPRINT_KEY: key256,
  /** Deadline of one call to the bank core; a call that may be repeated is tried twice. */
  BANK_DEADLINE_MS: positiveMs.default(3_000),
  ACCOUNT_DEADLINE_MS: positiveMs.default(3_000),
  /** A payment that has not ended by then is answered as pending; a caller's earlier deadline counts. */
  ANSWER_WITHIN_MS: positiveMs.default(8_000),
  RECOVERY_INTERVAL_MS: positiveMs.default(2_000),
  /** Younger payments are left to the request that is at work on them. */
  RECOVERY_AFTER_MS: milliseconds.default(10_000),
});

export type Config = Readonly<z.output<typeof configSchema>>;
