import { status } from '@grpc/grpc-js';
import type { Transaction } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { AccountOwnership } from './account-ownership.ts';
import type { Ledger } from './ports.ts';
import { present, Refused } from './refused.ts';

/** A transaction as one of its two sides, or an operator, may see it. */
export class FindTransaction {
  constructor(
    private readonly ledger: Ledger,
    private readonly ownership: AccountOwnership,
  ) {}

  /** customerId: absent for an operator. Somebody else's is refused as `transaction_not_found`, like nobody's. */
  async run(transactionId: string, customerId: string | undefined): Promise<Transaction> {
    const transaction = await this.read(transactionId);
    if (customerId === undefined) return transaction;
    const sides = [transaction.debitAccountId, transaction.creditAccountId].filter((id) => !id.startsWith('system:'));
    for (const accountId of sides) {
      if (await this.ownership.owns(customerId, accountId)) return transaction;
    }
    throw new Refused('transaction_not_found');
  }

  private async read(transactionId: string): Promise<Transaction> {
    try {
      const { transaction } = await this.ledger.getTransaction({ transactionId });
      return present(transaction, 'the transaction');
    } catch (error) {
      // A malformed id names nothing either: both are the one answer, so that ids cannot be probed by their form.
      if (error instanceof GrpcRefusal && [status.NOT_FOUND, status.INVALID_ARGUMENT].includes(error.code)) {
        throw new Refused('transaction_not_found');
      }
      throw error;
    }
  }
}
