import { parseDocument } from '@ipe/brazil/document';
import { derivedId } from '@ipe/dynamodb/derived-id';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import type { Customer } from '../domain/customer.ts';
import { foldEmail } from '../domain/email.ts';
import { type Clock, type Customers, type Outcome, refused, type Write } from './ports.ts';

export type CreateCustomerCommand = Readonly<{ write: Write; name: string; document: string; email: string }>;

/** Registers a person or a company, once for each write. */
export class CreateCustomer {
  constructor(
    private readonly customers: Customers,
    private readonly clock: Clock,
  ) {}

  async execute({ write, name, ...given }: CreateCustomerCommand): Promise<Outcome<Customer>> {
    const document = parseDocument(given.document)?.value;
    if (document === undefined) return refused('document_invalid');
    const email = foldEmail(given.email);
    if (email === undefined) return refused('email_invalid');
    return this.customers.register(write, fingerprint(['CreateCustomer', name, document, email]), {
      customerId: derivedId('cus', write),
      name,
      document,
      email,
      createdAt: this.clock.now(),
    });
  }
}
