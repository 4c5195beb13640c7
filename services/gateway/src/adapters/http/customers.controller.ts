import { Body, Controller, Inject } from '@nestjs/common';
import { Accounts } from '../../application/ports.ts';
import { present } from '../../application/refused.ts';
import { SignUp } from '../../application/sign-up.ts';
import {
  type AccountAnswer,
  type CustomerAnswer,
  customerAnswer,
  type SignUpBody,
  signUpAnswer,
  signUpBody,
  viewAccount,
  viewCustomer,
} from './account.schema.ts';
import { CustomerId, Key } from './caller.ts';
import { Route } from './route.ts';

@Controller()
export class CustomersController {
  constructor(
    private readonly signUp: SignUp,
    @Inject(Accounts) private readonly accounts: Accounts,
  ) {}

  @Route('POST', '/v1/customers', {
    summary: 'Become a customer',
    description: 'Registers the person or company with a sign-in, and opens a current account.',
    tag: 'Customers',
    access: 'public',
    budget: 'signup',
    answers: { 201: { description: 'Registered', schema: signUpAnswer } },
    problems: { 409: 'document_taken, email_taken' },
  })
  async create(
    @Key() key: string,
    @Body({ schema: signUpBody }) body: SignUpBody,
  ): Promise<{ customer: CustomerAnswer; account: AccountAnswer }> {
    const { customer, account } = await this.signUp.run(key, body);
    return { customer: viewCustomer(customer), account: viewAccount(account) };
  }

  @Route('GET', '/v1/me', {
    summary: 'See own record',
    tag: 'Customers',
    access: ['profile', 'accounts:read'],
    answers: { 200: { description: 'The customer', schema: customerAnswer } },
  })
  async me(@CustomerId() customerId: string): Promise<CustomerAnswer> {
    const { customer } = await this.accounts.getCustomer({ customerId });
    return viewCustomer(present(customer, 'the customer'));
  }
}
