import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { fromItem, type Item, toItem } from '@ipe/dynamodb/item';
import { type PrivateJwk, type SigningKey, SigningKeys } from '../../application/ports.ts';
import type { AesSealer } from '../crypto/aes-sealer.ts';
import type { AuthTable } from './auth-table.ts';

type Stored = { sk: string; sequence: bigint; activeFrom: string; sealed: Uint8Array };

const pk = 'signing-keys';

export class DynamoSigningKeys extends SigningKeys {
  constructor(
    private readonly table: AuthTable,
    private readonly sealer: AesSealer,
  ) {
    super();
  }

  async list(): Promise<readonly SigningKey[]> {
    const { Items = [] } = await this.table.client.send(
      new QueryCommand({
        TableName: this.table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': pk }),
        ConsistentRead: true,
      }),
    );
    return Items.map((item: Item) => this.toKey(fromItem<Stored>(item)));
  }

  async add({ sequence, activeFrom, privateJwk }: SigningKey): Promise<boolean> {
    const sealed = this.sealer.seal(JSON.stringify(privateJwk), contextOf(sequence));
    try {
      await this.table.client.send(
        new PutItemCommand({
          TableName: this.table.name,
          Item: toItem({ pk, sk: sortKey(sequence), sequence, activeFrom: activeFrom.toISOString(), sealed }),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async remove(sequence: number): Promise<void> {
    await this.table.client.send(
      new DeleteItemCommand({ TableName: this.table.name, Key: toItem({ pk, sk: sortKey(sequence) }) }),
    );
  }

  private toKey(stored: Stored): SigningKey {
    const sequence = Number(stored.sequence);
    return { sequence, activeFrom: new Date(stored.activeFrom), privateJwk: this.unseal(sequence, stored.sealed) };
  }

  private unseal(sequence: number, sealed: Uint8Array): PrivateJwk {
    try {
      return JSON.parse(this.sealer.open(sealed, contextOf(sequence))) as PrivateJwk;
    } catch (cause) {
      throw new Error('the stored signing keys were sealed with another KEY_SEALING_KEY', { cause });
    }
  }
}

function sortKey(sequence: number): string {
  return String(sequence).padStart(9, '0');
}

function contextOf(sequence: number): string {
  return `${pk}#${sequence}`;
}
