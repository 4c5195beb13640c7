import type { ClientMetadata } from 'oidc-provider';
import type { MerchantClient } from '../../application/ports.ts';
import { customerScopes, merchantScopes, operatorScopes } from '../../domain/scopes.ts';
import { hashSecret } from '../crypto/secret-hash.ts';

/** The protected resource that every access token is for. */
export const audience = 'https://api.ipe.example';

/** Every scope there is; the provider refuses those that a client is not registered with. */
export const allScopes: readonly string[] = [
  ...new Set(['openid', ...customerScopes, ...merchantScopes, ...operatorScopes]),
];

export type FirstPartyClients = {
  /** Of ipe-web, beside the development one. */
  redirectUris: readonly string[];
  operatorSecret: string;
};

/** The bank's own clients: people sign in through the first two without being asked for consent. */
export function firstPartyClients({ redirectUris, operatorSecret }: FirstPartyClients): ClientMetadata[] {
  const web = ['http://127.0.0.1:3000/callback', ...redirectUris];
  const people = {
    token_endpoint_auth_method: 'none' as const,
    response_types: ['code' as const],
    scope: ['openid', ...customerScopes].join(' '),
  };
  return [
    {
      ...people,
      client_id: 'ipe-web',
      client_name: 'Ipê Bank',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: web,
      post_logout_redirect_uris: [...new Set(web.map((uri) => `${new URL(uri).origin}/`))],
    },
    {
      ...people,
      client_id: 'ipe-cli',
      client_name: 'Ipê Bank (linha de comando)',
      grant_types: ['authorization_code'],
      redirect_uris: ['http://127.0.0.1:8976/callback'],
    },
    {
      ...withoutPeople,
      client_id: 'operator',
      client_name: 'Operação do Ipê Bank',
      client_secret: hashSecret(operatorSecret),
      scope: operatorScopes.join(' '),
    },
  ];
}

export function merchantClient({ clientId, merchantId, scope, secretHash }: MerchantClient): ClientMetadata {
  return { ...withoutPeople, client_id: clientId, client_secret: secretHash, scope, merchant_id: merchantId };
}

// client_secret holds the secret's hash: the provider's comparison is replaced to match (see oidc-provider.ts).
const withoutPeople = {
  token_endpoint_auth_method: 'client_secret_basic' as const,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
};
