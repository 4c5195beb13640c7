import { GetItemCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { Customer as CustomerMessage } from '@ipe/contracts/gen/bank/account/v1/account';
import { fromItem, toItem } from '@ipe/dynamodb/item';
import type { ServiceTable } from '@ipe/dynamodb/service-table';
import { writeOnce } from '@ipe/dynamodb/write-once';
import { Customers, type Outcome, refused, type Write } from '../../application/ports.ts';
import type { Customer } from '../../domain/customer.ts';
import { customerFrom, customerMessage } from '../protobuf/messages.ts';
import { toOutcome } from './outcome.ts';

type CustomerItem = { customerId: string; name: string; document: string; email: string; createdAt: string };

/**
 * Items: `customer#<id>` / `customer`, and one of each `document#<document>` and `email#<email>`, which make them unique.
 */
export class DynamoCustomers extends Customers {
  constructor(private readonly table: ServiceTable) {
    super();
  }

  async find(customerId: string): Promise<Customer | undefined> {
    const Key = toItem({ pk: `customer#${customerId}`, sk: 'customer' });
    const { Item } = await this.table.client.send(
      new GetItemCommand({ TableName: this.table.name, Key, ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const { name, document, email, createdAt } = fromItem<CustomerItem>(Item);
    return { customerId, name, document, email, createdAt: new Date(createdAt) };
  }

  async register(write: Write, fingerprint: string, customer: Customer): Promise<Outcome<Customer>> {
    const { customerId, name, document, email } = customer;
    const item: CustomerItem = { customerId, name, document, email, createdAt: customer.createdAt.toISOString() };
    const written = await writeOnce(this.table.client, this.table.name, write, {
      fingerprint,
      answer: CustomerMessage.encode(customerMessage(customer)).finish(),
      effect: [
        this.putNew({ pk: `document#${document}`, sk: 'document', customerId }),
        this.putNew({ pk: `email#${email}`, sk: 'email', customerId }),
        this.putNew({ pk: `customer#${customerId}`, sk: 'customer', ...item }),
      ],
    });
    if (written.kind !== 'effect_refused') {
      return toOutcome(written, (answer) => customerFrom(CustomerMessage.decode(answer)));
    }
    const [documentCode, emailCode] = written.codes;
    if (documentCode === 'ConditionalCheckFailed') return refused('document_taken');
    if (emailCode === 'ConditionalCheckFailed') return refused('email_taken');
    throw new Error('a customer has this id, but another write made it');
  }

  private putNew(item: Record<string, string>): TransactWriteItem {
    const condition = 'attribute_not_exists(pk)';
    return { Put: { TableName: this.table.name, Item: toItem(item), ConditionExpression: condition } };
  }
}
