import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { TrustedIssuer } from '../../config.ts';
import { issuerKeys, KeysUnavailable } from './issuer-keys.ts';
import { customerScopes } from './scopes.ts';

/** Who a token speaks for. `id` is the subject of a person, the client's id of a program. */
export type Principal = {
  kind: 'customer' | 'merchant' | 'operator';
  id: string;
  /** Scope of the idempotency keys, and of the rate limit: `customer:cus_…`, `client:…`. */
  caller: string;
  /** Only of a merchant's client. */
  merchantId: string | undefined;
  scopes: ReadonlySet<string>;
  expiresAt: Date;
};

export type TokenRefusal = 'token_missing' | 'token_expired' | 'token_invalid' | 'auth_unavailable';

type Issuer = {
  keys: JWTVerifyGetKey;
  audience: string;
  /** Our own tokens say what they are; outside issuers' do not. */
  type: string | undefined;
  toPrincipal: (payload: JWTPayload, expiresAt: Date) => Principal | undefined;
};

// No symmetric one: an issuer's public key must never serve as a shared secret.
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const id = /^[A-Za-z0-9._:-]{1,64}$/;

/** Checks bearer tokens of our own issuer and of the outside ones that the configuration trusts. */
export class TokenChecker {
  private readonly issuers: ReadonlyMap<string, Issuer>;

  constructor(own: { issuer: string; jwksUri: string; audience: string }, outside: readonly TrustedIssuer[]) {
    this.issuers = new Map([
      ...outside.map((trusted): [string, Issuer] => [trusted.issuer, outsideIssuer(trusted)]),
      [
        own.issuer,
        { keys: issuerKeys(own.jwksUri), audience: own.audience, type: 'at+jwt', toPrincipal: ownPrincipal },
      ],
    ]);
  }

  async check(authorization: string | undefined): Promise<Principal | TokenRefusal> {
    if (authorization === undefined) return 'token_missing';
    const token = /^Bearer +([A-Za-z0-9_.=+/-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) return 'token_invalid';
    try {
      return await this.verify(token);
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'token_expired';
      if (error instanceof KeysUnavailable) return 'auth_unavailable';
      if (error instanceof errors.JOSEError) return 'token_invalid';
      throw error;
    }
  }

  private async verify(token: string): Promise<Principal | TokenRefusal> {
    const issuer = this.issuers.get(decodeJwt(token).iss ?? '');
    if (!issuer) return 'token_invalid';
    const { keys, audience, type, toPrincipal } = issuer;
    const checks = {
      audience,
      algorithms,
      clockTolerance: 5,
      requiredClaims: ['exp', 'sub'],
      ...(type === undefined ? {} : { typ: type }),
    };
    const { payload } = await jwtVerify(token, keys, checks);
    return toPrincipal(payload, new Date((payload.exp ?? 0) * 1000)) ?? 'token_invalid';
  }
}

/** A merchant's client names its merchant, the operators' client only itself, and a person's token the person. */
function ownPrincipal(payload: JWTPayload, expiresAt: Date): Principal | undefined {
  const { sub, client_id: clientId, merchant_id: merchantId } = payload;
  if (typeof sub !== 'string' || !id.test(sub)) return undefined;
  const scopes = new Set(scopesOf(payload));
  const byProgram = merchantId !== undefined || sub === clientId;
  if (!byProgram)
    return { kind: 'customer', id: sub, caller: `customer:${sub}`, merchantId: undefined, scopes, expiresAt };
  if (typeof clientId !== 'string' || !id.test(clientId)) return undefined;
  const program = { id: clientId, caller: `client:${clientId}`, scopes, expiresAt };
  if (merchantId === undefined) return { kind: 'operator', merchantId: undefined, ...program };
  return typeof merchantId === 'string' && id.test(merchantId)
    ? { kind: 'merchant', merchantId, ...program }
    : undefined;
}

/** An outside issuer speaks for customers only, whatever its tokens claim. */
function outsideIssuer({ jwksUri, audience, subjectClaim, scopes }: TrustedIssuer): Issuer {
  return {
    keys: issuerKeys(jwksUri),
    audience,
    type: undefined,
    toPrincipal: (payload, expiresAt) => {
      const customerId = payload[subjectClaim];
      if (typeof customerId !== 'string' || !id.test(customerId)) return undefined;
      const granted = (scopes ?? scopesOf(payload)).filter((scope) => Object.hasOwn(customerScopes, scope));
      return {
        kind: 'customer',
        id: customerId,
        caller: `customer:${customerId}`,
        merchantId: undefined,
        scopes: new Set(granted),
        expiresAt,
      };
    },
  };
}

/** `scope` as RFC 9068 has it; Entra ID writes `scp`. */
function scopesOf(payload: JWTPayload): string[] {
  const scope = payload['scope'] ?? payload['scp'] ?? '';
  return typeof scope === 'string' ? scope.split(' ').filter((part) => part !== '') : [];
}
