import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ServiceTable } from '@ipe/dynamodb/service-table';

/**
 * The service's one table. Items: `merchant#<id>`, `product#<id>`, `sku#<merchant>#<sku>`, `order#<id>`, `payment#<id>`,
 * `refund#<id>`. Indexes: `list` (what belongs to an owner, by time or sku), `status` (a merchant's payments of one
 * status), `unsettled` (sparse: payments and refunds until they have ended).
 */
export class CheckoutTable extends ServiceTable {
  constructor(client: DynamoDBClient, prefix: string) {
    super(client, `${prefix}checkout`, ['list', 'status', 'unsettled']);
  }
}
