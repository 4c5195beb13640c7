import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import { ServiceTable } from '@ipe/dynamodb/service-table';
import { wipeKey } from './items.ts';

/** The service's one table. It is not served while a wipe of it has not come to its end. */
export class StatementTable extends ServiceTable {
  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    if (await this.halfWiped()) {
      throw new Error(`the table ${this.name} was emptied only in part: run statement:rebuild with --wipe again`);
    }
  }

  private async halfWiped(): Promise<boolean> {
    const key = { TableName: this.name, Key: toItem(wipeKey), ConsistentRead: true };
    return (await this.client.send(new GetItemCommand(key))).Item !== undefined;
  }
}
