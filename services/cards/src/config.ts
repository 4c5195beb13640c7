import { cents } from '@ipe/money/cents';
import {
  address,
  dynamodbFields,
  grpcFields,
  key256,
  milliseconds,
  serviceFields,
} from '@ipe/service-kit/config-fields';
import { z } from 'zod';
import { brandOf } from './domain/card-number.ts';

type Keys = { KMS_KEY_ID?: unknown; PAN_SEALING_KEY?: unknown };

const fields = z.object({
  ...serviceFields,
  ...grpcFields,
  ...dynamodbFields,
  ACCOUNT_ADDRESS: address,
  ACCOUNT_TIMEOUT_MS: milliseconds.default(3_000),
  /** Below the 800 ms that the core waits. */
  VERIFY_TIMEOUT_MS: milliseconds.default(700),
  /** What every new number begins with; the default lies in Elo's range. */
  CARD_BIN: z
    .string()
    .regex(/^\d{6,8}$/, 'must be 6 to 8 digits')
    .refine((bin) => brandOf(bin) !== undefined, 'must be a BIN of Elo, Visa, Mastercard or Hipercard')
    .default('650516'),
  /** The most that is granted on one card. */
  MAX_LIMIT_CENTS: z
    .string()
    .regex(/^[1-9]\d{0,12}$/, 'must be whole cents, more than zero')
    .default('2000000')
    .transform((text) => cents(BigInt(text))),
  /** Of the blind index. Another key: no card is found any more. */
  PAN_INDEX_KEY: key256,
  /** CVVs are derived from it. Another key: every CVV is wrong. */
  CVV_KEY: key256,
  /** Seals card numbers, in development. */
  PAN_SEALING_KEY: key256.optional(),
  /** The AWS KMS key that seals card numbers, in production: an id, an alias or an ARN. */
  KMS_KEY_ID: z.string().min(1).optional(),
  /** Unset: AWS's own endpoint of the region. */
  KMS_ENDPOINT: z.url().optional(),
});

export const configSchema = fields
  .refine((env: Keys) => env.KMS_KEY_ID !== undefined || env.PAN_SEALING_KEY !== undefined, {
    path: ['PAN_SEALING_KEY'],
    message: 'or KMS_KEY_ID must be set',
    when: () => true,
  })
  .refine((env: Keys) => env.KMS_KEY_ID === undefined || env.PAN_SEALING_KEY === undefined, {
    path: ['KMS_KEY_ID'],
    message: 'must not be set beside PAN_SEALING_KEY: card numbers are sealed by one of them',
    when: () => true,
  });

export type Config = Readonly<z.output<typeof configSchema>>;
