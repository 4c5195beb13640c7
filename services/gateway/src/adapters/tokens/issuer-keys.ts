import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

const freshMs = 10 * 60_000;
const keepMs = 24 * 60 * 60_000;

/** The issuer's keys cannot be read and none that fit are known from before. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
}

/**
 * An issuer's keys, read when first needed and again every ten minutes or when a token names an unknown one. While the
 * issuer is down those read last stay good, for a day at most.
 */
export function issuerKeys(jwksUri: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    timeoutDuration: 2_000,
    cooldownDuration: 5_000,
    cacheMaxAge: freshMs,
  });
  let readAt = 0;
  return async (header, token) => {
    try {
      const key = await remote(header, token);
      if (remote.fresh) readAt = Date.now();
      return key;
    } catch (error) {
      // Those say something about the token; anything else, about the issuer.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported) throw error;
      const known = remote.jwks();
      if (known === undefined || Date.now() - readAt > keepMs) throw new KeysUnavailable(String(error));
      return createLocalJWKSet(known)(header, token).catch(() => {
        throw new KeysUnavailable(String(error));
      });
    }
  };
}
