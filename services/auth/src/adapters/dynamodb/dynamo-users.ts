import { GetItemCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { CreateUserResponse } from '@ipe/contracts/gen/bank/auth/v1/auth';
import { fromItem, toItem } from '@ipe/dynamodb/item';
import { findWrite, type WriteOutcome, writeOnce } from '@ipe/dynamodb/write-once';
import { type CreateUserOutcome, type User, Users, type Write } from '../../application/ports.ts';
import type { AuthTable } from './auth-table.ts';

/** A user is two items: `user#<id>` with the credentials, and `email#<folded>`, which makes the address unique. */
export class DynamoUsers extends Users {
  constructor(private readonly table: AuthTable) {
    super();
  }

  async findByEmail(email: string): Promise<User | undefined> {
    const pointer = await this.get<{ userId: string }>(`email#${email}`);
    // Asked where nobody has the address as well: two reads for everybody, so that time tells nothing.
    return this.findById(pointer?.userId ?? '');
  }

  findById(userId: string): Promise<User | undefined> {
    return this.get<User>(`user#${userId}`);
  }

  async findWrite(write: Write, fingerprint: string): Promise<CreateUserOutcome | undefined> {
    const before = await findWrite(this.table.client, this.table.name, write, fingerprint);
    return before && toOutcome(before);
  }

  async create(write: Write, fingerprint: string, user: User): Promise<CreateUserOutcome> {
    const { userId, email } = user;
    const outcome = await writeOnce(this.table.client, this.table.name, write, {
      fingerprint,
      answer: CreateUserResponse.encode({ userId }).finish(),
      effect: [this.putNew(`user#${userId}`, user), this.putNew(`email#${email}`, { userId })],
    });
    return toOutcome(outcome);
  }

  private putNew(pk: string, value: Record<string, string>): TransactWriteItem {
    return {
      Put: {
        TableName: this.table.name,
        Item: toItem({ pk, sk: 'user', ...value }),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
  }

  private async get<T>(pk: string): Promise<T | undefined> {
    const { Item } = await this.table.client.send(
      new GetItemCommand({ TableName: this.table.name, Key: toItem({ pk, sk: 'user' }), ConsistentRead: true }),
    );
    return Item && fromItem<T>(Item);
  }
}

function toOutcome(outcome: WriteOutcome): CreateUserOutcome {
  switch (outcome.kind) {
    case 'written':
    case 'replayed':
      return { kind: 'created', userId: CreateUserResponse.decode(outcome.answer).userId };
    case 'key_reused':
      return { kind: 'refused', refusal: 'idempotency_key_reused' };
    case 'effect_refused':
      return { kind: 'refused', refusal: outcome.codes[0] === 'None' ? 'email_taken' : 'user_exists' };
  }
}
