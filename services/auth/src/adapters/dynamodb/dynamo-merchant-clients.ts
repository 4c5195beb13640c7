import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateClientResponse } from '@ipe/contracts/gen/bank/auth/v1/auth';
import { fromItem, toItem } from '@ipe/dynamodb/item';
import { writeOnce } from '@ipe/dynamodb/write-once';
import { type CreateClientOutcome, type MerchantClient, MerchantClients, type Write } from '../../application/ports.ts';
import type { AuthTable } from './auth-table.ts';

export class DynamoMerchantClients extends MerchantClients {
  constructor(private readonly table: AuthTable) {
    super();
  }

  async find(clientId: string): Promise<MerchantClient | undefined> {
    const { Item } = await this.table.client.send(
      new GetItemCommand({ TableName: this.table.name, Key: toItem(keyOf(clientId)), ConsistentRead: true }),
    );
    return Item && fromItem<MerchantClient>(Item);
  }

  async create(write: Write, fingerprint: string, client: MerchantClient): Promise<CreateClientOutcome> {
    const outcome = await writeOnce(this.table.client, this.table.name, write, {
      fingerprint,
      // Without the secret: it is derived again for every answer, and never stored.
      answer: CreateClientResponse.encode({ clientId: client.clientId, clientSecret: '' }).finish(),
      effect: [{ Put: { TableName: this.table.name, Item: toItem({ ...keyOf(client.clientId), ...client }) } }],
    });
    switch (outcome.kind) {
      case 'written':
      case 'replayed':
        return { kind: 'created', clientId: CreateClientResponse.decode(outcome.answer).clientId };
      case 'key_reused':
        return { kind: 'refused', refusal: 'idempotency_key_reused' };
      case 'effect_refused':
        throw new Error('an unconditional write was refused');
    }
  }
}

function keyOf(clientId: string) {
  return { pk: `client#${clientId}`, sk: 'client' };
}
