import type { Adapter, ClientMetadata } from 'oidc-provider';
import type { MerchantClients } from '../../application/ports.ts';
import { merchantClient } from './clients.ts';

/** The provider finds merchants' clients here; they are made by AuthService alone. */
export class ClientAdapter implements Adapter {
  constructor(private readonly clients: MerchantClients) {}

  async find(clientId: string): Promise<ClientMetadata | undefined> {
    const client = await this.clients.find(clientId);
    return client && merchantClient(client);
  }

  async findByUid(): Promise<undefined> {
    return undefined;
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  upsert(): Promise<never> {
    return this.readOnly();
  }

  consume(): Promise<never> {
    return this.readOnly();
  }

  destroy(): Promise<never> {
    return this.readOnly();
  }

  revokeByGrantId(): Promise<never> {
    return this.readOnly();
  }

  private async readOnly(): Promise<never> {
    throw new Error('clients are not changed through the provider');
  }
}
