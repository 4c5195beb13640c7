import { z } from 'zod';

const address = z
  .string()
  .regex(/^[^\s:]+:\d{1,5}$/, { error: 'must be host:port', abort: true })
  .refine((text) => Number(text.split(':').at(-1)) <= 65_535, 'the port must be at most 65535');

const milliseconds = z.coerce.number().int('must be whole milliseconds').min(0).max(3_600_000);

/** What every service reads from its environment. */
export const serviceFields = {
  HTTP_ADDRESS: address,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** How long readiness answers 503 before the servers close, so that balancers notice. */
  DRAIN_MS: milliseconds.default(0),
};

export const grpcFields = { GRPC_ADDRESS: address };

export const dynamodbFields = {
  /** Unset: AWS's own endpoint of the region. */
  DYNAMODB_ENDPOINT: z.url().optional(),
  AWS_REGION: z.string().min(1).default('sa-east-1'),
  TABLE_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9_.-]{1,60}$/, 'must be letters, digits, and . _ - only')
    .default('ipe-'),
};

export const kafkaFields = {
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .pipe(z.array(address).min(1)),
};

/** Base64 of exactly 32 bytes. */
export const key256 = z
  .string()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')
  .transform((text) => Buffer.from(text, 'base64'));

export { address, milliseconds };
