import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { AccountServiceClient, AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import type { Cents } from '@ipe/money/cents';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { AccountOpening, Accounts, Write } from '../../application/ports.ts';

/** The account service did not do it now, and the same call may succeed later. */
const passing: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.ABORTED,
  status.RESOURCE_EXHAUSTED,
]);

export class AccountClient implements Accounts, OnApplicationShutdown {
  private readonly client: AccountServiceClient;

  constructor(
    address: string,
    private readonly timeoutMs: number,
  ) {
    this.client = grpcClient(AccountServiceClient, address);
  }

  async openCreditCardAccount(write: Write, customerId: string, limit: Cents): Promise<AccountOpening> {
    const request = {
      // The asker's own caller and key go along, so that a repeated issue finds the account it opened before.
      caller: bounded(`cards:${write.caller}`),
      idempotencyKey: bounded(`${write.key}:account`),
      customerId,
      type: AccountType.ACCOUNT_TYPE_CREDIT_CARD,
      limitCents: limit,
    };
    try {
      const { account } = await call(this.client, this.client.openAccount, request, this.timeoutMs);
      if (!account) throw new Error('the account service answered without an account');
      return { kind: 'opened', accountId: account.accountId };
    } catch (error) {
      if (!(error instanceof GrpcRefusal)) throw error;
      return { kind: 'refused', refusal: refusalOf(error) };
    }
  }

  onApplicationShutdown(): void {
    this.client.close();
  }
}

function refusalOf(error: GrpcRefusal): Extract<AccountOpening, { kind: 'refused' }>['refusal'] {
  if (passing.has(error.code)) return 'account_unavailable';
  if (error.code === status.NOT_FOUND) return 'customer_not_found';
  if (error.reason === 'idempotency_key_reused') return 'idempotency_key_reused';
  throw new Error(`the account service refused to open an account: ${status[error.code]} ${error.reason}`);
}

/** Callers and keys have at most 128 characters: a longer one is told by its digest. */
function bounded(text: string): string {
  return text.length <= 128 ? text : `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
