import { Server, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  AccountStatus,
  type Balance,
  type ChangeAccountRequest,
  type ChangeAccountResponse,
  type OpenAccountRequest,
  type OpenAccountResponse,
  type TransactionServiceServer,
  TransactionServiceService,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { toServiceError } from '@ipe/service-kit/grpc-status';
import { GrpcRefusal, idempotencyKeyReused } from '@ipe/service-kit/refusal';
import { listening } from '@ipe/testing/listening';

type Kept = { body: string; balance: Balance };

/** The part of the bank core's contract that account uses, over real gRPC: keys, refusals, and being away. */
export class FakeLedger {
  readonly balances = new Map<string, Balance>();
  /** Every call that arrived, also repeated ones. */
  readonly calls: (OpenAccountRequest | ChangeAccountRequest)[] = [];
  /** While set, calls are taken and never answered. */
  silent = false;
  private readonly kept = new Map<string, Kept>();
  private server: Server | undefined;

  constructor(private readonly port: number) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = new Server();
    const handlers: Pick<TransactionServiceServer, 'openAccount' | 'changeAccount'> = {
      openAccount: (call, answer) => this.answer<OpenAccountRequest, OpenAccountResponse>(call, answer, this.open),
      changeAccount: (call, answer) =>
        this.answer<ChangeAccountRequest, ChangeAccountResponse>(call, answer, this.change),
    };
    // The other methods of the contract are UNIMPLEMENTED, as grpc-js answers by itself.
    server.addService(TransactionServiceService, handlers as TransactionServiceServer);
    await listening(server, this.address);
    this.server = server;
  }

  /** Away at once, as if killed; what it knows it still knows when it is started again. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
  }

  /** Puts money, holds or a limit on an account without a call. */
  set(accountId: string, change: Partial<Balance>): Balance {
    const before = this.balances.get(accountId);
    if (!before) throw new Error(`no ledger account ${accountId}`);
    const merged = { ...before, ...change, sequence: before.sequence + 1n };
    const after = { ...merged, availableCents: merged.postedCents - merged.heldCents + merged.limitCents };
    this.balances.set(accountId, after);
    return after;
  }

  private answer<Request extends OpenAccountRequest | ChangeAccountRequest, Response>(
    { request }: ServerUnaryCall<Request, Response>,
    callback: sendUnaryData<{ balance: Balance }>,
    decide: (request: Request) => Balance,
  ): void {
    this.calls.push(request);
    if (this.silent) return;
    const scope = JSON.stringify([request.caller, request.idempotencyKey]);
    const body = JSON.stringify(request, (_name, value) => (typeof value === 'bigint' ? `${value}n` : value));
    try {
      const before = this.kept.get(scope);
      if (before && before.body !== body) throw idempotencyKeyReused();
      const balance = before?.balance ?? decide.call(this, request);
      this.kept.set(scope, { body, balance });
      callback(null, { balance });
    } catch (error) {
      if (!(error instanceof GrpcRefusal)) throw error;
      callback(toServiceError(error));
    }
  }

  private open(request: OpenAccountRequest): Balance {
    const { accountId, currency, limitCents, accountClass } = request;
    if (this.balances.has(accountId)) throw refusal(status.ALREADY_EXISTS, 'account_exists');
    const balance: Balance = {
      accountId,
      postedCents: 0n,
      heldCents: 0n,
      limitCents,
      availableCents: limitCents,
      status: AccountStatus.ACCOUNT_STATUS_ACTIVE,
      sequence: 1n,
      currency,
      accountClass,
    };
    this.balances.set(accountId, balance);
    return balance;
  }

  private change(request: ChangeAccountRequest): Balance {
    const { accountId, limitCents } = request;
    const before = this.balances.get(accountId);
    if (!before) throw refusal(status.NOT_FOUND, 'account_not_found');
    if (before.status === AccountStatus.ACCOUNT_STATUS_CLOSED) {
      throw refusal(status.FAILED_PRECONDITION, 'account_closed');
    }
    if (limitCents !== undefined && before.availableCents - before.limitCents + limitCents < 0n) {
      throw refusal(status.FAILED_PRECONDITION, 'limit_in_use');
    }
    const empty = before.postedCents === 0n && before.heldCents === 0n;
    if (request.status === AccountStatus.ACCOUNT_STATUS_CLOSED && !empty) {
      throw refusal(status.FAILED_PRECONDITION, 'account_not_empty');
    }
    return this.set(accountId, {
      ...(limitCents === undefined ? {} : { limitCents }),
      ...(request.status === AccountStatus.ACCOUNT_STATUS_UNSPECIFIED ? {} : { status: request.status }),
    });
  }
}

function refusal(code: status, reason: string): GrpcRefusal {
  return new GrpcRefusal({ code, reason, message: reason });
}
