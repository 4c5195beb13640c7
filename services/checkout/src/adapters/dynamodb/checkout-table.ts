import { setTimeout as wait } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ensureTable } from '@ipe/dynamodb/table';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

const startMs = 30_000;
const pauseMs = 500;

/**
 * The service's one table. Items: `merchant#<id>`, `product#<id>`, `sku#<merchant>#<sku>`, `order#<id>`, `payment#<id>`,
 * `refund#<id>`. Indexes: `list` (what belongs to an owner, by time or sku), `status` (a merchant's payments of one
 * status), `unsettled` (sparse: payments and refunds until they have ended).
 */
export class CheckoutTable implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(CheckoutTable.name);
  readonly name: string;

  constructor(
    readonly client: DynamoDBClient,
    prefix: string,
  ) {
    this.name = `${prefix}checkout`;
  }

  /** Waits for a store that starts at the same time as this service; fails when it does not come. */
  async onModuleInit(): Promise<void> {
    const giveUpAt = Date.now() + startMs;
    for (;;) {
      try {
        return await ensureTable(this.client, { name: this.name, indexes: ['list', 'status', 'unsettled'] });
      } catch (error) {
        if (Date.now() >= giveUpAt) throw new Error(`the table ${this.name} could not be made`, { cause: error });
        this.logger.warn(`the store is not there yet: ${error instanceof Error ? error.message : String(error)}`);
        await wait(pauseMs);
      }
    }
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }
}
