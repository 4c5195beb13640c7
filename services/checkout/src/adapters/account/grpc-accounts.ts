import { status } from '@grpc/grpc-js';
import { AccountServiceClient, AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { AccountRefusal, Accounts } from '../../application/ports.ts';
import { twice } from '../grpc/twice.ts';

/** The keys follow from the merchant's id, which follows from the original caller's: one scope is enough. */
const caller = 'checkout';

const taken = ['document_taken', 'email_taken', 'idempotency_key_reused'] as const;

export class GrpcAccounts implements Accounts, OnApplicationShutdown {
  private readonly client: AccountServiceClient;

  constructor(
    address: string,
    private readonly deadlineMs: number,
  ) {
    this.client = grpcClient(AccountServiceClient, address);
  }

  createCustomer(
    key: string,
    customer: { name: string; document: string; email: string },
  ): Promise<{ kind: 'done'; customerId: string } | AccountRefusal> {
    return orRefusal(async () => {
      const request = { caller, idempotencyKey: key, ...customer };
      const answer = await twice(() => call(this.client, this.client.createCustomer, request, this.deadlineMs));
      if (!answer.customer) throw new Error('account answered without a customer');
      return { kind: 'done', customerId: answer.customer.customerId };
    });
  }

  openMerchantAccount(key: string, customerId: string): Promise<{ kind: 'done'; accountId: string } | AccountRefusal> {
    return orRefusal(async () => {
      const type = AccountType.ACCOUNT_TYPE_MERCHANT;
      const request = { caller, idempotencyKey: key, customerId, type, limitCents: 0n };
      const answer = await twice(() => call(this.client, this.client.openAccount, request, this.deadlineMs));
      if (!answer.account) throw new Error('account answered without an account');
      return { kind: 'done', accountId: answer.account.accountId };
    });
  }

  onApplicationShutdown(): void {
    this.client.close();
  }
}

async function orRefusal<T>(work: () => Promise<T>): Promise<T | AccountRefusal> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GrpcRefusal)) throw error;
    return refusalOf(error);
  }
}

/** What cannot be told to the caller is thrown on as a bug would be: its own text may be about another service. */
function refusalOf(refusal: GrpcRefusal): AccountRefusal {
  switch (refusal.code) {
    case status.INVALID_ARGUMENT:
      return { kind: 'invalid', violations: refusal.violations };
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      return { kind: 'unavailable' };
    default: {
      const known = taken.find((reason) => reason === refusal.reason);
      if (known) return { kind: 'taken', refusal: known };
      throw new Error(`account refused: ${refusal.reason}`, { cause: refusal });
    }
  }
}
