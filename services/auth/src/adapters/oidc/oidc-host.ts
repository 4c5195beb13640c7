import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceUnavailableException } from '@nestjs/common';
import type Provider from 'oidc-provider';
import type { AdapterFactory } from 'oidc-provider';
import type { MerchantClients, Users } from '../../application/ports.ts';
import type { KeyRing } from '../../application/rotate-signing-keys.ts';
import { ClientAdapter } from './client-adapter.ts';
import { OidcAdapter } from './oidc-adapter.ts';
import { createProvider, type OidcSettings } from './oidc-provider.ts';
import type { OidcStore } from './oidc-store.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;
type Live = { kids: string; provider: Provider; handle: Handler };

/** The provider that answers now. The library fixes its keys at construction, so other keys mean another provider. */
export class OidcHost {
  private live: Live | undefined;
  private readonly adapter: AdapterFactory;

  constructor(
    private readonly settings: OidcSettings,
    private readonly users: Users,
    clients: MerchantClients,
    store: OidcStore,
  ) {
    this.adapter = (model) => (model === 'Client' ? new ClientAdapter(clients) : new OidcAdapter(model, store));
  }

  /** Requests in flight end with the provider that they began with. True when the keys were other ones. */
  use(ring: KeyRing): boolean {
    const kids = ring.map(({ kid }) => kid).join(' ');
    if (this.live?.kids === kids) return false;
    const provider = createProvider(this.settings, ring, this.users, this.adapter);
    this.live = { kids, provider, handle: provider.callback() };
    return true;
  }

  get provider(): Provider {
    return this.current.provider;
  }

  readonly handle: Handler = (request, response) => this.current.handle(request, response);

  private get current(): Live {
    if (!this.live) throw new ServiceUnavailableException('the signing keys are not loaded yet');
    return this.live;
  }
}
