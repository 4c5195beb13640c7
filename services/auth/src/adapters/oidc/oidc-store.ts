import { createHash, randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { fromItem, type Item, toItem } from '@ipe/dynamodb/item';
import type { AdapterPayload } from 'oidc-provider';
import type { Clock } from '../../application/ports.ts';
import type { AesSealer } from '../crypto/aes-sealer.ts';
import type { AuthTable } from '../dynamodb/auth-table.ts';

type Stored = { sealed: Uint8Array; expiresAt?: bigint; consumedAt?: bigint; grant?: string };
type Member = { pk: string; sk: string; member: string };

/** A thing of the provider: `RefreshToken` and its id. */
export type Ref = { model: string; id: string };

/**
 * What the provider remembers: sessions, interactions, grants, codes and refresh tokens. An id is a bearer secret here,
 * so keys hold its digest and what it names is sealed. Members of a grant are listed under `grant#<digest>`.
 */
export class OidcStore {
  constructor(
    private readonly table: AuthTable,
    private readonly sealer: AesSealer,
    private readonly clock: Clock,
  ) {}

  /** links: further names of the thing (a session's uid). grantId: what it goes with when that is revoked. */
  async put(
    ref: Ref,
    payload: AdapterPayload,
    {
      expiresInS,
      links,
      grantId,
    }: { expiresInS: number | undefined; links: readonly Ref[]; grantId?: string | undefined },
  ): Promise<void> {
    const pk = keyOf(ref);
    const expiresAt = expiresInS === undefined ? undefined : this.nowS() + Math.ceil(expiresInS);
    const grant = grantId === undefined ? undefined : digest(grantId);
    const items: Record<string, unknown>[] = [
      { ...itemKey(pk), sealed: this.sealer.seal(JSON.stringify(payload), pk), expiresAt, grant },
      ...links.map((link) => {
        const linkPk = keyOf(link);
        return { ...itemKey(linkPk), sealed: this.sealer.seal(ref.id, linkPk), expiresAt };
      }),
      ...(grant ? [{ pk: `grant#${grant}`, sk: pk, member: pk, expiresAt }] : []),
    ];
    const puts = items.map((item): TransactWriteItem => ({ Put: { TableName: this.table.name, Item: toItem(item) } }));
    await this.table.client.send(new TransactWriteItemsCommand({ TransactItems: puts }));
  }

  async find(ref: Ref): Promise<AdapterPayload | undefined> {
    const pk = keyOf(ref);
    const stored = await this.get(pk);
    if (!stored) return undefined;
    const payload = JSON.parse(this.sealer.open(stored.sealed, pk)) as AdapterPayload;
    return stored.consumedAt === undefined ? payload : { ...payload, consumed: Number(stored.consumedAt) };
  }

  /** The id that a further name leads to. */
  async follow(link: Ref): Promise<string | undefined> {
    const pk = keyOf(link);
    const stored = await this.get(pk);
    return stored && this.sealer.open(stored.sealed, pk);
  }

  /** Marks a thing as used, once: whoever races. False when it was used before; then its grant has been revoked. */
  async consume(ref: Ref): Promise<boolean> {
    const pk = keyOf(ref);
    try {
      await this.table.client.send(
        new UpdateItemCommand({
          TableName: this.table.name,
          Key: toItem(itemKey(pk)),
          UpdateExpression: 'SET consumedAt = :now, consumedBy = :by',
          // A try whose answer was lost is this very use: taken for another, it would end the whole grant.
          ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(consumedAt) OR consumedBy = :by)',
          ExpressionAttributeValues: toItem({ ':now': this.nowS(), ':by': randomUUID() }),
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const grant = (await this.get(pk))?.grant;
      if (grant) await this.revoke(grant);
      return false;
    }
  }

  async remove(ref: Ref): Promise<void> {
    await this.delete(itemKey(keyOf(ref)));
  }

  async revokeGrant(grantId: string): Promise<void> {
    await this.revoke(digest(grantId));
  }

  /** The grant itself goes first: without it no code or token of it is good, even one that is being stored right now. */
  private async revoke(grant: string): Promise<void> {
    await this.delete(itemKey(`oidc#Grant#${grant}`));
    let from: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.table.client.send(
        new QueryCommand({
          TableName: this.table.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: toItem({ ':pk': `grant#${grant}` }),
          ConsistentRead: true,
          Limit: 50,
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      const members = Items.map((item: Item) => fromItem<Member>(item));
      await Promise.all(members.map(({ member }) => this.delete(itemKey(member))));
      await Promise.all(members.map(({ pk, sk }) => this.delete({ pk, sk })));
      from = LastEvaluatedKey;
    } while (from);
  }

  private async get(pk: string): Promise<Stored | undefined> {
    const { Item } = await this.table.client.send(
      new GetItemCommand({ TableName: this.table.name, Key: toItem(itemKey(pk)), ConsistentRead: true }),
    );
    const stored = Item && fromItem<Stored>(Item);
    // The store removes what has expired only some time later.
    return stored?.expiresAt !== undefined && Number(stored.expiresAt) <= this.nowS() ? undefined : stored;
  }

  private async delete(key: { pk: string; sk: string }): Promise<void> {
    await this.table.client.send(new DeleteItemCommand({ TableName: this.table.name, Key: toItem(key) }));
  }

  private nowS(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }
}

function keyOf({ model, id }: Ref): string {
  return `oidc#${model}#${digest(id)}`;
}

function itemKey(pk: string): { pk: string; sk: string } {
  return { pk, sk: 'oidc' };
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
