import { setTimeout as wait } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import { ensureTable } from '@ipe/dynamodb/table';
import { isTransient } from '@ipe/events/handling-error';
import { Readiness } from '@ipe/service-kit/readiness';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { wipeKey } from './items.ts';

const patienceMs = 30_000;

/** The service's one table: its client, its name, and its creation where it is absent. */
export class StatementTable implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(StatementTable.name);

  constructor(
    readonly client: DynamoDBClient,
    readonly name: string,
    private readonly readiness: Readiness,
  ) {}

  /** A store that starts later than this service is waited for, half a minute long. */
  async onModuleInit(): Promise<void> {
    this.readiness.notYet('the table');
    for (const deadline = Date.now() + patienceMs; ; ) {
      try {
        await ensureTable(this.client, { name: this.name });
        break;
      } catch (error) {
        if (!isTransient(error) || Date.now() > deadline) {
          throw new Error(`the table ${this.name} is not there and cannot be created: is DynamoDB up?`, {
            cause: error,
          });
        }
        this.logger.warn('DynamoDB is not there yet; trying again');
        await wait(1_000);
      }
    }
    if (await this.halfWiped()) {
      throw new Error(`the table ${this.name} was emptied only in part: run statement:rebuild with --wipe again`);
    }
    this.readiness.now('the table');
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  private async halfWiped(): Promise<boolean> {
    const key = { TableName: this.name, Key: toItem(wipeKey), ConsistentRead: true };
    return (await this.client.send(new GetItemCommand(key))).Item !== undefined;
  }
}
