import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ensureTable } from './table.ts';

/**
 * A service's one table, and the client that reaches it. As a provider of a module its hooks create the table before the
 * service listens, and close the client when it ends.
 */
export class ServiceTable {
  constructor(
    readonly client: DynamoDBClient,
    readonly name: string,
    private readonly indexes: readonly string[] = [],
  ) {}

  onModuleInit(): Promise<void> {
    return ensureTable(this.client, { name: this.name, indexes: this.indexes });
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }
}
