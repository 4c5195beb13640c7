import { status } from '@grpc/grpc-js';
import type { Transaction } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { AccountOwnership } from './account-ownership.ts';
import type { Ledger } from './ports.ts';
import { present, Refused } from './refused.ts';

/** A transaction as one of its sides, or an operator, may see it. */
export class FindTransaction {
  constructor(
    private readonly ledger: Ledger,
    private readonly ownership: AccountOwnership,
  ) {}

  /**
   * customerId: absent for an operator. Somebody else's is refused as `transaction_not_found`, like nobody's. Of one with
   * many sides (salaries, say) a customer sees the own lines; what its maker noted about it is the bank's to know.
   */
  async run(transactionId: string, customerId: string | undefined): Promise<Transaction> {
    const transaction = await this.read(transactionId);
    if (customerId === undefined) return transaction;
    const own = await this.ownAccounts(transaction, customerId);
    if (own.size === 0) throw new Refused('transaction_not_found');
    const lines = transaction.lines.filter(({ accountId }) => own.has(accountId));
    return { ...transaction, lines, template: '', metadata: {} };
  }

  private async ownAccounts(transaction: Transaction, customerId: string): Promise<Set<string>> {
    const { debitAccountId, creditAccountId, lines } = transaction;
    const named = new Set([debitAccountId, creditAccountId, ...lines.map(({ accountId }) => accountId)]);
    // No side is named where it is more than one account.
    const sides = [...named].filter((accountId) => accountId !== '' && !accountId.startsWith('system:'));
    if (lines.length === 0) return this.firstOwn(sides, customerId);
    const owned = await Promise.all(sides.map((accountId) => this.ownership.owns(customerId, accountId)));
    return new Set(sides.filter((_side, at) => owned[at]));
  }

  /** One is enough where there are no lines to tell apart: a side that is known is found while account is down. */
  private async firstOwn(sides: readonly string[], customerId: string): Promise<Set<string>> {
    for (const accountId of sides) if (await this.ownership.owns(customerId, accountId)) return new Set([accountId]);
    return new Set();
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
