import { derivedId } from '@ipe/dynamodb/derived-id';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import type { Cents } from '@ipe/money/cents';
import { type AccountType, type AccountView, branch, ledgerClass } from '../domain/account.ts';
import { checkDigit } from '../domain/check-digit.ts';
import { refuseOpening } from '../domain/opening.ts';
import {
  type AccountNumbers,
  type Accounts,
  type Clock,
  type Customers,
  type Ledger,
  type Outcome,
  refused,
  type Write,
} from './ports.ts';

export type OpenAccountCommand = Readonly<{ write: Write; customerId: string; type: AccountType; limit: Cents }>;

/** Of a hundred million numbers: even with half of them given away, all of these are taken once in a billion openings. */
const mostAttempts = 30;

/**
 * Opens an account in the ledger, then here. The id and the ledger's key follow from the write, so a repetition after a
 * crash between the two finds the ledger's account and goes on.
 */
export class OpenAccount {
  constructor(
    private readonly customers: Customers,
    private readonly accounts: Accounts,
    private readonly ledger: Ledger,
    private readonly numbers: AccountNumbers,
    private readonly clock: Clock,
  ) {}

  async execute(command: OpenAccountCommand): Promise<Outcome<AccountView>> {
    const { write, customerId, type, limit } = command;
    const digest = fingerprint(['OpenAccount', customerId, type, limit]);
    const before = await this.accounts.findWrite(write, digest);
    if (before) return before;
    const customer = await this.customers.find(customerId);
    if (!customer) return refused('customer_not_found');
    const refusal = refuseOpening(customer, command, await this.accounts.currentAccounts(customerId));
    if (refusal) return refused(refusal);
    const accountId = derivedId('acc', write);
    const opened = await this.ledger.open(write, { accountId, accountClass: ledgerClass(type), limit });
    if (opened.kind === 'refused') return opened;
    return this.write(command, digest, accountId);
  }

  /** A number that another account has is answered by drawing the next: no counter that all openings wait for. */
  private async write(
    { write, customerId, type, limit }: OpenAccountCommand,
    digest: string,
    accountId: string,
  ): Promise<Outcome<AccountView>> {
    const createdAt = this.clock.now();
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const number = this.numbers.candidate(accountId, attempt);
      const account = { accountId, customerId, type, branch, number, checkDigit: checkDigit(number), createdAt };
      const outcome = await this.accounts.open(write, digest, account, limit);
      if (outcome.kind !== 'number_taken') return outcome;
    }
    throw new Error(`no free account number in ${mostAttempts} attempts`);
  }
}
