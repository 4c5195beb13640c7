import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ensureTable } from '@ipe/dynamodb/table';

/** The one table of this service: the journal, and how far its followers have come. */
export class JournalTable {
  constructor(
    readonly client: DynamoDBClient,
    readonly name: string,
  ) {}

  ensure(): Promise<void> {
    return ensureTable(this.client, { name: this.name });
  }

  close(): void {
    this.client.destroy();
  }
}
