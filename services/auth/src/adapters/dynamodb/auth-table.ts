import { DescribeTimeToLiveCommand, type DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { ensureTable } from '@ipe/dynamodb/table';

/** The service's one table, and the client that reaches it. */
export class AuthTable {
  constructor(
    readonly client: DynamoDBClient,
    readonly name: string,
  ) {}

  /** Items with `expiresAt` (seconds since 1970) go by themselves some time after; readers check it in any case. */
  async prepare(): Promise<void> {
    await ensureTable(this.client, { name: this.name });
    if (await this.expires()) return;
    try {
      await this.client.send(
        new UpdateTimeToLiveCommand({
          TableName: this.name,
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        }),
      );
    } catch (error) {
      // Another replica may have been quicker.
      if (!(await this.expires())) throw error;
    }
  }

  private async expires(): Promise<boolean> {
    const { TimeToLiveDescription } = await this.client.send(new DescribeTimeToLiveCommand({ TableName: this.name }));
    return ['ENABLED', 'ENABLING'].includes(TimeToLiveDescription?.TimeToLiveStatus ?? '');
  }
}
