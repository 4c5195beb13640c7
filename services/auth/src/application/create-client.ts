import { derivedId } from '@ipe/dynamodb/derived-id';
import { splitScope } from '../domain/scopes.ts';
import type { ClientSecrets, Fingerprints, MerchantClients, Write } from './ports.ts';

/** scope: checked by the edge to hold merchants' scopes only. */
export type CreateClientCommand = { write: Write; merchantId: string; scope: string };

export type CreateClientResult =
  | { kind: 'created'; clientId: string; clientSecret: string }
  | { kind: 'refused'; refusal: 'idempotency_key_reused' };

/** Registers a merchant's client; a repetition tells the same id and secret again. */
export class CreateClient {
  constructor(
    private readonly clients: MerchantClients,
    private readonly secrets: ClientSecrets,
    private readonly fingerprints: Fingerprints,
  ) {}

  async execute({ write, merchantId, scope }: CreateClientCommand): Promise<CreateClientResult> {
    const clientId = derivedId('client', write);
    const clientSecret = this.secrets.secretOf(clientId);
    const parts = splitScope(scope).sort();
    const outcome = await this.clients.create(write, this.fingerprints.of(['CreateClient', merchantId, ...parts]), {
      clientId,
      merchantId,
      scope: parts.join(' '),
      secretHash: this.secrets.hashOf(clientSecret),
    });
    return outcome.kind === 'created' ? { ...outcome, clientSecret } : outcome;
  }
}
