import type { Customer } from '../domain/customer.ts';
import type { Customers } from './ports.ts';

/** Reads a customer. */
export class GetCustomer {
  constructor(private readonly customers: Customers) {}

  execute(customerId: string): Promise<Customer | undefined> {
    return this.customers.find(customerId);
  }
}
