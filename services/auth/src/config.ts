import { dynamodbFields, grpcFields, key256, serviceFields } from '@ipe/service-kit/config-fields';
import { z } from 'zod';

const seconds = (min: number, max: number) => z.coerce.number().int('must be whole seconds').min(min).max(max);

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

export const configSchema = z.object({
  ...serviceFields,
  ...grpcFields,
  ...dynamodbFields,
  /** What tokens say in `iss`, and where the provider lies: its path is where it is mounted. */
  ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine(
      (text) => /^https?:\/\/[^/?#]+(\/[A-Za-z0-9_-]+)+$/.test(text),
      'must end in a path, without / ? or # after it',
    ),
  /** Sign the cookies; the first signs, the others still verify. */
  COOKIE_KEYS: z
    .string()
    .transform(list)
    .pipe(z.array(z.string().min(32, 'each key must have at least 32 characters'))),
  /** Seals signing keys, sessions and tokens in the store. */
  KEY_SEALING_KEY: key256,
  /** Merchants' client secrets follow from it: with another one they could not be told again. */
  CLIENT_SECRET_KEY: key256,
  OPERATOR_CLIENT_SECRET: z.string().min(24, 'must have at least 24 characters'),
  ACCESS_TOKEN_TTL_SECONDS: seconds(10, 3600).default(300),
  /** Of ipe-web, beside http://127.0.0.1:3000/callback. */
  REDIRECT_URIS: z
    .string()
    .transform(list)
    .pipe(z.array(z.url('must be URLs, separated by commas')))
    .default([]),
  /** How long a signing key signs. */
  SIGNING_KEY_LIFETIME_SECONDS: seconds(60, 400 * 86_400).default(90 * 86_400),
  /** How long it is published before. */
  SIGNING_KEY_LEAD_SECONDS: seconds(0, 7 * 86_400).default(3600),
  /** How often a replica reads the keys; shorter than the lead. */
  SIGNING_KEY_REFRESH_SECONDS: seconds(1, 3600).default(30),
});

export type Config = Readonly<z.output<typeof configSchema>>;
