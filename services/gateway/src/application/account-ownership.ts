import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { Accounts } from './ports.ts';
import { Refused } from './refused.ts';

const remembered = 10_000;

/** Whose an account is. It never changes, so what was once seen is known for good, also while account is down. */
export class AccountOwnership {
  /** The customers asked for last, each with the accounts known to be theirs. */
  private readonly byCustomer = new Map<string, Set<string>>();

  constructor(private readonly accounts: Pick<Accounts, 'getAccount'>) {}

  async owns(customerId: string, accountId: string): Promise<boolean> {
    if (this.known(customerId).includes(accountId)) return true;
    try {
      await this.accounts.getAccount({ accountId, customerId });
    } catch (error) {
      if (error instanceof GrpcRefusal && error.code === status.NOT_FOUND) return false;
      throw error;
    }
    this.remember(customerId, [accountId]);
    return true;
  }

  /** Refused as `account_not_found`, whether it is somebody else's or nobody's. */
  async require(customerId: string, accountId: string): Promise<void> {
    if (!(await this.owns(customerId, accountId))) throw new Refused('account_not_found');
  }

  remember(customerId: string, accountIds: readonly string[]): void {
    const known = new Set([...this.known(customerId), ...accountIds]);
    this.byCustomer.delete(customerId);
    this.byCustomer.set(customerId, known);
    if (this.byCustomer.size <= remembered) return;
    const [oldest] = this.byCustomer.keys();
    if (oldest !== undefined) this.byCustomer.delete(oldest);
  }

  known(customerId: string): string[] {
    return [...(this.byCustomer.get(customerId) ?? [])];
  }
}
