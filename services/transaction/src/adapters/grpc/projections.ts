import { status } from '@grpc/grpc-js';
import { type AccountServiceClient, accountStatusToJSON } from '@ipe/contracts/gen/bank/account/v1/account';
import type { StatementServiceClient } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { call } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { ProjectedBalance, Projection } from '../../application/verification/ports.ts';

const deadlineMs = 5_000;
const waiting = { waitForReady: true };
const statusPrefix = 'ACCOUNT_STATUS_';

/** The account service's balances. It knows the accounts that were opened through it, and no others. */
export class AccountProjection implements Projection {
  readonly name = 'account';

  constructor(private readonly client: AccountServiceClient) {}

  async read(accountId: string): Promise<ProjectedBalance | undefined> {
    const { account } = await call(
      this.client,
      this.client.getAccount,
      { accountId, customerId: '' },
      deadlineMs,
      waiting,
    )
      // Absence is an answer here; everything else is not.
      .catch((error: unknown) => {
        if (error instanceof GrpcRefusal && error.code === status.NOT_FOUND) return { account: undefined };
        throw error;
      });
    if (!account?.balance) return undefined;
    const { sequence, postedCents, heldCents, limitCents, availableCents } = account.balance;
    const values = { posted: postedCents, held: heldCents, limit: limitCents, available: availableCents };
    const word = accountStatusToJSON(account.status).slice(statusPrefix.length);
    return { sequence: Number(sequence), values: { ...values, status: word } };
  }
}

/** The statement's balances. It knows every account that the ledger told an entry of. */
export class StatementProjection implements Projection {
  readonly name = 'statement';

  constructor(private readonly client: StatementServiceClient) {}

  async read(accountId: string): Promise<ProjectedBalance | undefined> {
    const { position } = await call(this.client, this.client.getPosition, { accountId }, deadlineMs, waiting);
    if (!position) return undefined;
    const { sequence, postedCents, heldCents, availableCents } = position;
    return {
      sequence: Number(sequence),
      values: { posted: postedCents, held: heldCents, available: availableCents },
    };
  }
}
