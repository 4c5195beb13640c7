import { address, milliseconds, serviceFields } from '@ipe/service-kit/config-fields';
import { z } from 'zod';

/** An issuer outside the bank whose tokens speak for customers. */
const trustedIssuer = z.strictObject({
  issuer: z.url(),
  jwksUri: z.url(),
  audience: z.string().min(1),
  /** The claim that holds the customer's id. */
  subjectClaim: z.string().min(1),
  /** What its tokens are granted; absent: their own `scope`, as far as a customer may have it. */
  scopes: z.array(z.string().min(1)).optional(),
});
export type TrustedIssuer = z.output<typeof trustedIssuer>;

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

const trustedIssuers = z
  .string()
  .default('[]')
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON list' });
      return z.NEVER;
    }
  })
  .pipe(z.array(trustedIssuer));

const perMinute = z.coerce.number().int('must be whole').min(1).max(1_000_000);

export const configSchema = z.object({
  ...serviceFields,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** A slower answer counts as none, and the gateway counts for itself. */
  REDIS_TIMEOUT_MS: milliseconds.min(1).default(250),
  AUTH_ADDRESS: address,
  ACCOUNT_ADDRESS: address,
  TRANSACTION_ADDRESS: address,
  CARDS_ADDRESS: address,
  CHECKOUT_ADDRESS: address,
  STATEMENT_ADDRESS: address,
  /** As the tokens' `iss` writes it. */
  ISSUER: z.url(),
  /** Where the issuer's keys are read; absent: `${ISSUER}/jwks`. */
  ISSUER_JWKS_URI: z.url().optional(),
  AUDIENCE: z.string().min(1).default('https://api.ipe.example'),
  TRUSTED_ISSUERS: trustedIssuers,
  RATE_LIMIT_PER_MINUTE: perMinute.default(600),
  SIGNUP_LIMIT_PER_MINUTE: perMinute.default(30),
  /** Browsers' origins that may call; empty: none. */
  CORS_ORIGINS: list,
  /** Addresses of proxies whose X-Forwarded-For is believed; empty: none. */
  TRUSTED_PROXIES: list,
  READ_DEADLINE_MS: milliseconds.default(2_000),
  WRITE_DEADLINE_MS: milliseconds.default(5_000),
  /** A payment waits for the shop, the bank core and the card's state. */
  PAYMENT_DEADLINE_MS: milliseconds.default(10_000),
  /** Calls in a row without an answer that open a service's circuit breaker. */
  BREAKER_FAILURES: z.coerce.number().int().min(1).max(1_000).default(5),
  /** How long an open breaker refuses before it lets one call try. */
  BREAKER_RESET_MS: milliseconds.default(2_000),
  STREAM_HEARTBEAT_MS: milliseconds.min(10).default(15_000),
});

export type Config = Readonly<z.output<typeof configSchema>>;
