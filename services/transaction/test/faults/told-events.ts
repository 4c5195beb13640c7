import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { TransactionEvent } from '@ipe/contracts/gen/bank/events/v1/transaction_event';
import { uniqueName } from '@ipe/testing/unique-name';
import { type Consumer, Kafka, type KafkaMessage, logLevel } from 'kafkajs';

/** What a consumer of both topics has made of what it was told: each event once, and in order. */
export class ToldEvents {
  received = 0;
  readonly differences: string[] = [];
  private readonly entries = new Map<string, EntryEvent[]>();
  readonly transactions = new Map<string, TransactionEvent[]>();
  /** The holds that ran out. */
  readonly expired = new Set<string>();
  private readonly byId = new Map<string, string>();
  private consumer: Consumer | undefined;

  /** Different events. */
  get told(): number {
    return this.byId.size;
  }

  /** Entries of an account. */
  countOf(accountId: string): number {
    return this.entries.get(accountId)?.length ?? 0;
  }

  /** Reads both topics from their beginning, and goes on. */
  async listen(broker: string, topicPrefix: string): Promise<void> {
    const kafka = new Kafka({ clientId: 'reader', brokers: [broker], logLevel: logLevel.NOTHING });
    this.consumer = kafka.consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 50 });
    await this.consumer.connect();
    const topics = ['bank.transactions.v1', 'bank.entries.v1'].map((topic) => `${topicPrefix}${topic}`);
    await this.consumer.subscribe({ topics, fromBeginning: true });
    await this.consumer.run({ eachMessage: async ({ message }) => this.take(message) });
  }

  async stop(): Promise<void> {
    await this.consumer?.disconnect();
  }

  private take({ headers, value }: KafkaMessage): void {
    this.received += 1;
    const id = `${headers?.['ce_type']} ${headers?.['ce_id']}`;
    const text = String(value);
    const before = this.byId.get(id);
    if (before !== undefined) {
      if (before !== text) this.differences.push(`event ${id} was told twice, and not the same`);
      return;
    }
    this.byId.set(id, text);
    if (id.startsWith('bank.entries')) this.takeEntry(EntryEvent.fromJSON(JSON.parse(text)));
    else this.takeTransaction(TransactionEvent.fromJSON(JSON.parse(text)));
  }

  private takeEntry(entry: EntryEvent): void {
    const { accountId, sequence } = entry;
    const line = listIn(this.entries, accountId);
    const last = line.at(-1);
    line.push(entry);
    if (entry.kind === 'HOLD_EXPIRED') this.expired.add(entry.transactionId);
    if (sequence !== (last?.sequence ?? 0n) + 1n) {
      this.differences.push(`entry ${sequence} of ${accountId} was told after entry ${last?.sequence ?? 0n}`);
    }
    const isSum =
      entry.postedCents === (last?.postedCents ?? 0n) + entry.postedDeltaCents &&
      entry.heldCents === (last?.heldCents ?? 0n) + entry.heldDeltaCents;
    if (!isSum) this.differences.push(`entry ${sequence} of ${accountId} does not add up`);
  }

  private takeTransaction(transaction: TransactionEvent): void {
    const { transactionId, version } = transaction;
    const states = listIn(this.transactions, transactionId);
    const last = states.at(-1)?.version ?? 0;
    states.push(transaction);
    if (version !== last + 1) this.differences.push(`state ${version} of ${transactionId} was told after ${last}`);
  }
}

function listIn<Value>(lists: Map<string, Value[]>, name: string): Value[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
