import { status } from '@grpc/grpc-js';
import {
  AccountClass,
  type Balance as BalanceMessage,
  type ChangeAccountRequest,
  AccountStatus as LedgerStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import { LedgerClient } from '@ipe/ledger/ledger-client';
import { cents } from '@ipe/money/cents';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Ledger, type LedgerAnswer, type LedgerChange, type Write } from '../../application/ports.ts';
import type { AccountStatus, Balance } from '../../domain/account.ts';
import type { LedgerRefusal } from '../../domain/refusal.ts';
import { nameOf } from '../protobuf/messages.ts';

const classes = {
  ASSET: AccountClass.ACCOUNT_CLASS_ASSET,
  LIABILITY: AccountClass.ACCOUNT_CLASS_LIABILITY,
} as const;

const statuses: Readonly<Record<AccountStatus, LedgerStatus>> = {
  ACTIVE: LedgerStatus.ACCOUNT_STATUS_ACTIVE,
  FROZEN: LedgerStatus.ACCOUNT_STATUS_FROZEN,
  FROZEN_FOR_CREDIT: LedgerStatus.ACCOUNT_STATUS_FROZEN_FOR_CREDIT,
  FROZEN_FOR_ALL: LedgerStatus.ACCOUNT_STATUS_FROZEN_FOR_ALL,
  CLOSED: LedgerStatus.ACCOUNT_STATUS_CLOSED,
};

/** The ledger's own reasons that may reach a caller as they are. */
const passedOn: ReadonlySet<string> = new Set<LedgerRefusal>([
  'account_closed',
  'account_not_empty',
  'limit_in_use',
  'idempotency_key_reused',
]);

/** Nobody knows whether it happened: the caller repeats under the same key. */
const away: ReadonlySet<status> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.RESOURCE_EXHAUSTED]);

/** The bank core over gRPC. */
export class GrpcLedger extends Ledger implements OnApplicationShutdown {
  private readonly client: LedgerClient;

  constructor(
    address: string,
    private readonly deadlineMs: number,
  ) {
    super();
    this.client = new LedgerClient(address);
  }

  open(write: Write, account: Parameters<Ledger['open']>[1]): Promise<LedgerAnswer> {
    const request = {
      ...keyOf(write),
      accountId: account.accountId,
      accountClass: classes[account.accountClass],
      currency: 'BRL',
      limitCents: account.limit,
    };
    return answered(this.client.call('openAccount', request, this.deadlineMs));
  }

  change(write: Write, accountId: string, change: LedgerChange): Promise<LedgerAnswer> {
    const request: ChangeAccountRequest = {
      ...keyOf(write),
      accountId,
      limitCents: change.limit,
      status: change.status ? statuses[change.status] : LedgerStatus.ACCOUNT_STATUS_UNSPECIFIED,
    };
    return answered(this.client.call('changeAccount', request, this.deadlineMs));
  }

  onApplicationShutdown(): void {
    this.client.close();
  }
}

/** The ledger's key follows from the caller and its key, so that two callers' keys cannot meet there. */
function keyOf({ caller, key }: Write): { caller: string; idempotencyKey: string } {
  return { caller: 'account', idempotencyKey: fingerprint([caller, key]) };
}

async function answered(calling: Promise<{ balance?: BalanceMessage | undefined }>): Promise<LedgerAnswer> {
  try {
    const { balance } = await calling;
    if (!balance) throw new Error('the ledger answered without a balance');
    return { kind: 'done', balance: toBalance(balance) };
  } catch (error) {
    if (!(error instanceof GrpcRefusal)) throw error;
    if (away.has(error.code)) return { kind: 'refused', refusal: 'transaction_unavailable' };
    if (passedOn.has(error.reason)) return { kind: 'refused', refusal: error.reason as LedgerRefusal };
    // Not the caller's fault: what it asked was checked here.
    throw new Error(`the ledger answered ${error.reason}`, { cause: error });
  }
}

function toBalance(message: BalanceMessage): Balance {
  const name = nameOf(statuses, message.status);
  if (!name) throw new Error('the ledger told an account status that is not known here');
  return {
    posted: cents(message.postedCents),
    held: cents(message.heldCents),
    limit: cents(message.limitCents),
    available: cents(message.availableCents),
    status: name,
    sequence: message.sequence,
    bookedAt: undefined,
  };
}
