import { TransferRequest } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { Body, Controller, Inject, Param } from '@nestjs/common';
import { AccountOwnership } from '../../application/account-ownership.ts';
import { FindTransaction } from '../../application/find-transaction.ts';
import { Ledger, type Write } from '../../application/ports.ts';
import { present } from '../../application/refused.ts';
import type { Principal } from '../tokens/token-checker.ts';
import { AsWrite, Authenticated, CustomerId } from './caller.ts';
import { refuse } from './problems.ts';
import { Route } from './route.ts';
import {
  type TransactionAnswer,
  type TransactionPath,
  type TransferBody,
  transactionAnswer,
  transactionPath,
  transferBody,
  viewTransaction,
} from './transaction.schema.ts';

@Controller()
export class TransactionsController {
  constructor(
    @Inject(Ledger) private readonly ledger: Ledger,
    private readonly ownership: AccountOwnership,
    private readonly findTransaction: FindTransaction,
  ) {}

  @Route('POST', '/v1/transfers', {
    summary: 'Transfer money from an own account',
    tag: 'Transfers',
    access: ['transfers:write'],
    answers: { 201: { description: 'Moved', schema: transactionAnswer } },
    problems: {
      409: 'account_frozen, account_frozen_for_credit, account_closed, currency_mismatch',
      422: 'insufficient_funds',
    },
  })
  async transfer(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Body({ schema: transferBody }) { amount, ...body }: TransferBody,
  ): Promise<TransactionAnswer> {
    await this.ownership.require(customerId, body.fromAccountId);
    const request = TransferRequest.fromPartial({ ...write, ...body, amountCents: amount });
    const { transaction } = await this.ledger.transfer(request);
    return viewTransaction(present(transaction, 'the transaction'));
  }

  @Route('GET', '/v1/transactions/:transactionId', {
    summary: 'See a transaction',
    description:
      'Customers see those of which a side or a line is theirs, and only their own lines of it; operators ' +
      '(transactions:read) see all.',
    tag: 'Transfers',
    access: ['statement:read', 'transactions:read'],
    answers: { 200: { description: 'Its present state', schema: transactionAnswer } },
  })
  async get(
    @Authenticated() { kind, id, scopes }: Principal,
    @Param({ schema: transactionPath }) { transactionId }: TransactionPath,
  ): Promise<TransactionAnswer> {
    const seesAll = scopes.has('transactions:read');
    if (!seesAll && kind !== 'customer') throw refuse('customers_only');
    return viewTransaction(await this.findTransaction.run(transactionId, seesAll ? undefined : id));
  }
}
