import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { audience } from './clients.ts';

/**
 * The grant of a person to one of the bank's own clients: whatever it asks for and is registered with, without a
 * consent page. The session's grant is widened where it exists; where it was revoked, a new one begins.
 */
export async function firstPartyGrant(context: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { provider, session, client, account } = context.oidc;
  if (!session || !client || !account) return undefined;
  const grantId = session.grantIdFor(client.clientId);
  const before = grantId ? await provider.Grant.find(grantId) : undefined;
  const ours = before?.accountId === account.accountId && before.clientId === client.clientId;
  const grant = ours ? before : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  const wanted = [...context.oidc.requestParamScopes];
  const granted = new Set([...grant.getOIDCScope().split(' '), ...grant.getResourceScope(audience).split(' ')]);
  if (wanted.every((scope) => granted.has(scope)) && ours) return grant;
  // Scopes that the client is not registered with have been refused before this is called.
  grant.addOIDCScope(wanted.join(' '));
  grant.addResourceScope(audience, wanted.filter((scope) => scope !== 'openid').join(' '));
  await grant.save();
  return grant;
}
