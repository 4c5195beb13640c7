import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { OidcStore, Ref } from './oidc-store.ts';

const membersOfGrants = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** The provider's storage of one of its models. */
export class OidcAdapter implements Adapter {
  constructor(
    private readonly model: string,
    private readonly store: OidcStore,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresInS?: number): Promise<void> {
    const grantId = membersOfGrants.has(this.model) ? payload.grantId : undefined;
    const links = this.model === 'Session' && payload.uid ? [this.uid(payload.uid)] : [];
    await this.store.put(this.ref(id), payload, { expiresInS, links, grantId });
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return this.store.find(this.ref(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const id = await this.store.follow(this.uid(uid));
    return id === undefined ? undefined : this.find(id);
  }

  /** Only the device flow has user codes, and it is off. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    if (!(await this.store.consume(this.ref(id)))) throw new errors.InvalidGrant('already used');
  }

  destroy(id: string): Promise<void> {
    return this.store.remove(this.ref(id));
  }

  revokeByGrantId(grantId: string): Promise<void> {
    return this.store.revokeGrant(grantId);
  }

  private ref(id: string): Ref {
    return { model: this.model, id };
  }

  private uid(id: string): Ref {
    return { model: 'SessionUid', id };
  }
}
