// The ledger's journal, read as it lies in the table, and what it must hold. Nothing of the service is used but the
// contract of what it writes.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { zstdDecompressSync } from 'node:zlib';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { JournalBatch } from '@ipe/contracts/gen/bank/transaction/v1/journal';
import { dynamoClient } from '@ipe/dynamodb/client';
import { Audit } from './audit.mjs';

const fewestBatches = 5;
const mostBatches = 200;

/** Follows one ledger's journal: each `check` reads what came since the one before. */
export class Books {
  constructor({ store, table, shards = 1 }) {
    this.client = dynamoClient({ DYNAMODB_ENDPOINT: store.endpoint, AWS_REGION: store.region });
    this.table = table;
    this.next = new Map(Array.from({ length: shards }, (_, shard) => [shard, 1]));
    this.audit = new Audit();
  }

  /**
   * files: of acknowledged states. Answers { invariants, records, batches, bytes } of what is new: the invariants are
   * those of all that was read so far.
   */
  async check(files = []) {
    const expected = new Map();
    for (const file of files) for await (const name of linesOf(file)) expected.set(name, 0);
    const before = { ...this.audit.seen };
    for (const shard of this.next.keys()) await this.readShard(shard, expected);
    let notOnce = 0;
    for (const times of expected.values()) notOnce += Number(times !== 1);
    const { records, batches, bytes, transactions } = this.audit.seen;
    return {
      invariants: {
        ...this.audit.invariants(),
        ...(this.next.size > 1 ? this.audit.invariantsOfShards() : {}),
        eachAcknowledgedOnce: notOnce === 0,
      },
      first: this.audit.firstBreach ?? (notOnce > 0 ? `${notOnce} acknowledged states are not there once` : undefined),
      acknowledged: expected.size,
      records: records - before.records,
      batches: batches - before.batches,
      bytes: bytes - before.bytes,
      transactions: transactions - before.transactions,
    };
  }

  async readShard(shard, expected) {
    // The engine reads as many as it may before it cuts the page to 1 MB: of large batches few are asked for.
    for (let limit = mostBatches; ; ) {
      const { Items = [] } = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :pk AND sk >= :sk',
          ExpressionAttributeValues: {
            ':pk': { S: `journal#${shard}` },
            ':sk': { S: String(this.next.get(shard)).padStart(16, '0') },
          },
          ConsistentRead: true,
          Limit: limit,
        }),
      );
      if (Items.length === 0) return;
      for (const { batch, encoding } of Items) {
        const bytes = encoding?.S === 'zstd' ? zstdDecompressSync(batch.B) : batch.B;
        this.audit.take(JournalBatch.decode(bytes), bytes.length, expected);
      }
      this.next.set(shard, Number(Items.at(-1).sk.S) + 1);
      limit = Math.min(Math.max(2 * Items.length, fewestBatches), mostBatches);
    }
  }

  /** Compares what the ledger answers for some accounts with what its journal says. balanceOf(id) → Balance. */
  async compareBalances(balanceOf, accounts) {
    for (const id of accounts) {
      const { postedCents, heldCents, sequence } = await balanceOf(id);
      const known = this.audit.accounts.get(id);
      const same = known && known.posted === postedCents && known.held === heldCents && known.sequence === sequence;
      if (!same) return false;
    }
    return true;
  }

  stop() {
    this.client.destroy();
  }
}

export async function* linesOf(file) {
  for await (const line of createInterface({ input: createReadStream(file) })) if (line) yield line;
}
