import { Logger } from '@nestjs/common';
import Provider, {
  type AdapterFactory,
  type Configuration,
  errors,
  interactionPolicy,
  type JWK,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { Users } from '../../application/ports.ts';
import type { KeyRing } from '../../application/rotate-signing-keys.ts';
import { scopesOutside, splitScope } from '../../domain/scopes.ts';
import { secretMatches } from '../crypto/secret-hash.ts';
import { errorPage } from '../http/pages/error-page.ts';
import { originOf, pageHeaders } from '../http/pages/layout.ts';
import { signedOutPage, signOutPage } from '../http/pages/sign-out-page.ts';
import { tokensIssued, tokensRefused } from '../metrics/auth-metrics.ts';
import { allScopes, audience, type FirstPartyClients, firstPartyClients } from './clients.ts';
import { firstPartyGrant } from './first-party-grant.ts';

export type OidcSettings = FirstPartyClients & {
  issuer: string;
  /** The first signs, all verify. */
  cookieKeys: readonly string[];
  accessTokenTtlS: number;
};

/** An ID token is read once, when the client gets it. */
export const idTokenTtlS = 600;
const interactionTtlS = 15 * 60;
const sessionTtlS = 12 * 3600;
const grantTtlS = 14 * 24 * 3600;

const algorithm = 'ES256';

/** A provider with one ring of keys. It keeps nothing of its own: another one can take its place at any time. */
export function createProvider(settings: OidcSettings, ring: KeyRing, users: Users, adapter: AdapterFactory): Provider {
  const provider = new Provider(settings.issuer, configuration(settings, ring, users, adapter));
  // Behind a balancer that ends TLS: its X-Forwarded-Proto decides on Secure cookies.
  provider.proxy = settings.issuer.startsWith('https:');
  // Stored is a secret's hash only.
  provider.Client.prototype.compareClientSecret = function matches(secret: string): boolean {
    return secretMatches(this.clientSecret ?? '', secret);
  };
  observe(provider);
  return provider;
}

function configuration(settings: OidcSettings, ring: KeyRing, users: Users, adapter: AdapterFactory): Configuration {
  const policy = interactionPolicy.base();
  // Only the bank's own clients let people sign in, and those need no consent.
  policy.remove('consent');
  return {
    adapter,
    clients: firstPartyClients(settings),
    jwks: { keys: ring.map((key): JWK => ({ ...key })) },
    scopes: [...allScopes],
    claims: { openid: ['sub'], profile: ['email'] },
    clientDefaults: { id_token_signed_response_alg: algorithm },
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    clientAuthMethods: ['none', 'client_secret_basic'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    cookies: {
      keys: [...settings.cookieKeys],
      names: { session: 'ipe_session', interaction: 'ipe_interaction', resume: 'ipe_resume' },
    },
    extraClientMetadata: { properties: ['merchant_id'] },
    extraTokenClaims: ({ oidc: { client } }) => {
      const merchantId = client?.['merchant_id'];
      return merchantId === undefined ? undefined : { merchant_id: merchantId };
    },
    interactions: { policy, url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: firstPartyGrant,
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // Who signs out ends the refresh tokens of that session.
    expiresWithSession: () => true,
    findAccount: async (_context, userId) => {
      const user = await users.findById(userId);
      return user && { accountId: userId, claims: () => ({ sub: userId, email: user.email }) };
    },
    clientBasedCORS: (_context, origin, client) =>
      client.clientAuthMethod === 'none' && (client.redirectUris ?? []).flatMap(originOf).includes(origin),
    renderError: (context, { error, error_description }) => {
      sendPage(context, errorPage(error, error_description));
    },
    ttl: {
      AccessToken: settings.accessTokenTtlS,
      AuthorizationCode: 60,
      ClientCredentials: settings.accessTokenTtlS,
      Grant: grantTtlS,
      IdToken: idTokenTtlS,
      Interaction: interactionTtlS,
      // Rotation does not prolong: a chain of refresh tokens ends when its first one would have.
      RefreshToken: ({ oidc }) => oidc.entities.RotatedRefreshToken?.remainingTTL ?? sessionTtlS,
      Session: sessionTtlS,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true },
      // The API tells about the customer; the ID token has the rest.
      userinfo: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) =>
          sendPage(context, signOutPage(form), originOf(context.oidc.session?.state?.['postLogoutRedirectUri'])),
        postLogoutSuccessSource: (context) => sendPage(context, signedOutPage()),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (context, resource, client) => {
          if (resource !== audience) throw new errors.InvalidTarget();
          const allowed = splitScope(client.scope ?? '');
          // The provider itself drops scopes that it has never heard of without a word.
          const [outside] = scopesOutside(String(context.oidc.params?.['scope'] ?? ''), allowed);
          if (outside !== undefined) throw new errors.InvalidScope('requested scope is not allowed', outside);
          return {
            scope: allowed.filter((scope) => scope !== 'openid').join(' '),
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: settings.accessTokenTtlS,
            jwt: { sign: { alg: algorithm, kid: ring[0].kid } },
          };
        },
      },
    },
  };
}

function sendPage(context: KoaContextWithOIDC, html: string, formTargets: readonly string[] = []): void {
  context.set(pageHeaders(formTargets));
  context.body = html;
}

function observe(provider: Provider): void {
  const logger = new Logger('OidcProvider');
  provider.on('grant.success', ({ oidc }) => tokensIssued.inc({ grant: String(oidc.params?.['grant_type']) }));
  provider.on('grant.error', (_context, { error }) => tokensRefused.inc({ error }));
  // The error alone: a request's parameters hold secrets.
  provider.on('server_error', (_context, error) => logger.error(error));
}
