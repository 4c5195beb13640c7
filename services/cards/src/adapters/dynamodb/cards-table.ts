import { setTimeout as wait } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ensureTable } from '@ipe/dynamodb/table';
import { isUnreachable } from '@ipe/service-kit/unreachable';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';

const patienceMs = 30_000;
const betweenTriesMs = 500;

/** The service's one table, and the client that reaches it. */
export class CardsTable implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(CardsTable.name);

  constructor(
    readonly client: DynamoDBClient,
    readonly name: string,
  ) {}

  /** Waits for a store that starts beside this service, and fails with the reason when it does not come. */
  async onModuleInit(): Promise<void> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      try {
        await ensureTable(this.client, { name: this.name });
        return;
      } catch (error) {
        if (!isUnreachable(error)) throw error;
        if (Date.now() >= deadline) {
          throw new Error(`DynamoDB did not answer within ${patienceMs / 1000} s`, { cause: error });
        }
        this.logger.warn('waiting for DynamoDB');
        await wait(betweenTriesMs);
      }
    }
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }
}
