import type { Account, Customer } from '@ipe/contracts/gen/bank/account/v1/account';
import type { Card } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { type Line, LineStatus } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { AccountOwnership } from './account-ownership.ts';
import type { ListAccounts } from './list-accounts.ts';
import type { Accounts, Cards, Statements } from './ports.ts';
import { present } from './refused.ts';

const partDeadlineMs = 1_500;
const lastLines = 10;
const firstPage = { pageSize: 100, pageToken: '' };

export type Part = 'customer' | 'accounts' | 'cards' | 'statement';

/** A part that could not be had, the service that would have told it, and why. */
export type Missing = { part: Part; service: string; reason: string };

const services: Readonly<Record<Part, string>> = {
  customer: 'account',
  accounts: 'account',
  cards: 'cards',
  statement: 'statement',
};

export type Overview = {
  customer: Customer | undefined;
  accounts: Account[] | undefined;
  cards: Card[] | undefined;
  statement: Line[] | undefined;
  missing: Missing[];
};

/** All of a customer on one screen. A part that fails or is late costs itself only, and is named. */
export class ReadOverview {
  constructor(
    private readonly accounts: Accounts,
    private readonly listAccounts: ListAccounts,
    private readonly cards: Cards,
    private readonly statements: Statements,
    private readonly ownership: AccountOwnership,
  ) {}

  /** allowed: the parts that the customer's token may see; the others are missing for `insufficient_scope`. */
  async run(customerId: string, allowed: ReadonlySet<Part>): Promise<Overview> {
    const missing: Missing[] = [];
    const part = async <Value>(name: Part, read: () => Promise<Value>) => {
      const reason = allowed.has(name) ? undefined : 'insufficient_scope';
      try {
        if (!reason) return await read();
      } catch (error) {
        if (!(error instanceof GrpcRefusal)) throw error;
        missing.push({ part: name, service: services[name], reason: error.reason });
        return undefined;
      }
      missing.push({ part: name, service: services[name], reason });
      return undefined;
    };
    const deadline = { deadlineMs: partDeadlineMs };
    const listed = this.listAccounts.run(customerId, firstPage, deadline);
    const [customer, accounts, cards, statement] = await Promise.all([
      part('customer', () => this.customer(customerId)),
      part('accounts', () => listed),
      part('cards', () => this.cards.listCards({ customerId, ...firstPage }, deadline)),
      part('statement', () => this.lastLines(customerId, listed)),
    ]);
    return { customer, accounts: accounts?.accounts, cards: cards?.cards, statement, missing };
  }

  private async customer(customerId: string): Promise<Customer> {
    const answer = await this.accounts.getCustomer({ customerId }, { deadlineMs: partDeadlineMs });
    return present(answer.customer, 'the customer');
  }

  private async lastLines(customerId: string, listed: Promise<unknown>): Promise<Line[]> {
    const accountIds = await this.accountIds(customerId, listed);
    const pages = await Promise.all(
      accountIds.map((accountId) =>
        this.statements.listLines(
          { accountId, from: undefined, until: undefined, kinds: [], pageSize: lastLines, pageToken: '' },
          { deadlineMs: partDeadlineMs },
        ),
      ),
    );
    return lastOf(pages.flatMap(({ lines }) => lines));
  }

  /** While account is down, the accounts known from before do. */
  private async accountIds(customerId: string, listed: Promise<unknown>): Promise<string[]> {
    try {
      await listed;
    } catch (error) {
      if (this.ownership.known(customerId).length === 0) throw error;
    }
    return this.ownership.known(customerId);
  }
}

/** The last ten of several accounts: pending ones on top, then as posted; a released one by when it was made. */
export function lastOf(lines: readonly Line[]): Line[] {
  return lines.toSorted(asOnStatement).slice(0, lastLines);
}

function asOnStatement(one: Line, other: Line): number {
  const pending = Number(isPending(other)) - Number(isPending(one));
  return pending || timeOf(other) - timeOf(one);
}

function isPending({ status }: Line): boolean {
  return status === LineStatus.LINE_STATUS_PENDING;
}

function timeOf({ postedAt, occurredAt }: Line): number {
  return (postedAt ?? occurredAt)?.getTime() ?? 0;
}
