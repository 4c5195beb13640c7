import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from '@ipe/dynamodb/item';
import { SignInTries } from '../../application/ports.ts';
import { forgottenAt, type SignInAttempts } from '../../domain/sign-in-attempts.ts';
import type { AuthTable } from './auth-table.ts';

type Stored = { failures: bigint; lastAt: string; lockedUntil?: string };

export class DynamoSignInTries extends SignInTries {
  constructor(private readonly table: AuthTable) {
    super();
  }

  async find(email: string): Promise<SignInAttempts | undefined> {
    const { Item } = await this.table.client.send(
      new GetItemCommand({ TableName: this.table.name, Key: toItem(keyOf(email)), ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const { failures, lastAt, lockedUntil } = fromItem<Stored>(Item);
    return {
      failures: Number(failures),
      lastAt: new Date(lastAt),
      lockedUntil: lockedUntil === undefined ? undefined : new Date(lockedUntil),
    };
  }

  async replace(email: string, before: SignInAttempts | undefined, after: SignInAttempts): Promise<boolean> {
    const item = {
      ...keyOf(email),
      failures: after.failures,
      lastAt: after.lastAt.toISOString(),
      lockedUntil: after.lockedUntil?.toISOString(),
      expiresAt: Math.ceil(forgottenAt(after).getTime() / 1000),
    };
    try {
      await this.table.client.send(
        new PutItemCommand({
          TableName: this.table.name,
          Item: toItem(item),
          ...(before
            ? {
                ConditionExpression: 'failures = :failures AND lastAt = :lastAt',
                ExpressionAttributeValues: toItem({
                  ':failures': before.failures,
                  ':lastAt': before.lastAt.toISOString(),
                }),
              }
            : { ConditionExpression: 'attribute_not_exists(pk)' }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async clear(email: string): Promise<void> {
    await this.table.client.send(new DeleteItemCommand({ TableName: this.table.name, Key: toItem(keyOf(email)) }));
  }
}

/** A digest, because anything may be typed into the field of the e-mail: a password, or more than a key holds. */
function keyOf(email: string) {
  return { pk: `tries#${createHash('sha256').update(email).digest('base64url')}`, sk: 'tries' };
}
