import {
  ConditionalCheckFailedException,
  GetItemCommand,
  type TransactWriteItem,
  type Update,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { batchGet } from '@ipe/dynamodb/batches';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import { fromItem, type Item, toItem } from '@ipe/dynamodb/item';
import { queryPage } from '@ipe/dynamodb/query-page';
import type { ServiceTable } from '@ipe/dynamodb/service-table';
import { findWrite, type WriteOutcome, writeOnce } from '@ipe/dynamodb/write-once';
import { isUnreachable } from '@ipe/service-kit/unreachable';
import {
  type CardStore,
  type NewCard,
  type StoredCard,
  Unavailable,
  type Write,
  type WrittenBefore,
} from '../../application/ports.ts';
import type { Card } from '../../domain/card.ts';
import {
  cardIdKey,
  cardKey,
  customerPartition,
  decodeAnswer,
  encodeAnswer,
  type Key,
  newItems,
  type Pointer,
  toStoredCard,
} from './card-item.ts';

export class DynamoCardStore implements CardStore {
  constructor(private readonly table: ServiceTable) {}

  async findWrite(write: Write): Promise<WrittenBefore | undefined> {
    const { client, name } = this.table;
    const before = await answered(findWrite(client, name, write, fingerprint(write.meaning)));
    return before && toWrittenBefore(before);
  }

  async add(write: Write, added: NewCard): Promise<WrittenBefore | { kind: 'written' } | { kind: 'number_taken' }> {
    const items = newItems(added);
    const outcome = await this.once(write, added.card, [
      this.putNew(items.card),
      this.putNew(items.byId),
      this.putNew(items.byCustomer),
    ]);
    if (outcome.kind !== 'effect_refused') return toWrittenBefore(outcome);
    // The two pointers carry the card's own id, which follows from the write: only the number can be somebody else's.
    if (outcome.codes[0] !== 'ConditionalCheckFailed') throw new Error('a new card’s pointer was there already');
    return { kind: 'number_taken' };
  }

  async findByNumber(panIndex: string): Promise<StoredCard | undefined> {
    const item = await this.get(cardKey(panIndex));
    return item && toStoredCard(item);
  }

  async find(cardId: string): Promise<StoredCard | undefined> {
    const pointer = await this.get(cardIdKey(cardId));
    return pointer && this.findByNumber(fromItem<Pointer>(pointer).panIndex);
  }

  async list(
    customerId: string,
    size: number,
    after: string | undefined,
  ): Promise<{ cards: Card[]; next: string | undefined }> {
    const pk = customerPartition(customerId);
    const query = {
      TableName: this.table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': pk }),
      ConsistentRead: true,
    };
    const cursor = after === undefined ? undefined : { pk, sk: after };
    const { items, next } = await answered(queryPage<Pointer>(this.table.client, query, size, cursor));
    const indexes = items.map(({ panIndex }) => panIndex);
    const found = await this.getMany(indexes);
    const cards = indexes.map((index) => found.get(index)).filter((card) => card !== undefined);
    return { cards, next: next?.['sk'] };
  }

  async change(stored: StoredCard, card: Card): Promise<{ kind: 'written' } | { kind: 'stale'; stored: StoredCard }> {
    const update = this.update(stored, card);
    try {
      await answered(
        this.table.client.send(new UpdateItemCommand({ ...update, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })),
      );
      return { kind: 'written' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || !error.Item) throw error;
      return { kind: 'stale', stored: toStoredCard(error.Item) };
    }
  }

  async changeOnce(
    write: Write,
    stored: StoredCard,
    card: Card,
  ): Promise<WrittenBefore | { kind: 'written' } | { kind: 'stale' }> {
    const outcome = await this.once(write, card, [{ Update: this.update(stored, card) }]);
    return outcome.kind === 'effect_refused' ? { kind: 'stale' } : toWrittenBefore(outcome);
  }

  private once(write: Write, answer: Card, effect: readonly TransactWriteItem[]): Promise<WriteOutcome> {
    const content = { fingerprint: fingerprint(write.meaning), answer: encodeAnswer(answer), effect };
    return answered(writeOnce(this.table.client, this.table.name, write, content));
  }

  private putNew(item: Item): TransactWriteItem {
    return { Put: { TableName: this.table.name, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }

  /** What of a card can change, on the condition that nobody changed it since it was read. */
  private update({ panIndex, revision }: StoredCard, { status, blockedBy, wrongCvvs }: Card) {
    return {
      TableName: this.table.name,
      Key: toItem(cardKey(panIndex)),
      ConditionExpression: 'revision = :revision',
      UpdateExpression: 'SET #status = :status, blockedBy = :blockedBy, wrongCvvs = :wrongCvvs, revision = :next',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: toItem({
        ':status': status,
        ':blockedBy': blockedBy,
        ':wrongCvvs': wrongCvvs,
        ':revision': revision,
        ':next': revision + 1,
      }),
    } satisfies Update;
  }

  private async get(key: Key): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.table.name, Key: toItem(key), ConsistentRead: true });
    return (await answered(this.table.client.send(command))).Item;
  }

  private async getMany(panIndexes: readonly string[]): Promise<Map<string, Card>> {
    const keys = panIndexes.map((panIndex) => toItem(cardKey(panIndex)));
    const items = await answered(batchGet(this.table.client, this.table.name, keys));
    return new Map(items.map(toStoredCard).map(({ panIndex, card }) => [panIndex, card]));
  }
}

type Refused = { kind: 'effect_refused' };

function toWrittenBefore(outcome: Exclude<WriteOutcome, Refused | { kind: 'written' }>): WrittenBefore;
function toWrittenBefore(outcome: Exclude<WriteOutcome, Refused>): WrittenBefore | { kind: 'written' };
function toWrittenBefore(outcome: Exclude<WriteOutcome, Refused>): WrittenBefore | { kind: 'written' } {
  if (outcome.kind === 'replayed') return { kind: 'replayed', card: decodeAnswer(outcome.answer) };
  return { kind: outcome.kind };
}

async function answered<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (isUnreachable(error)) throw new Unavailable('card_store_unavailable', { cause: error });
    throw error;
  }
}
