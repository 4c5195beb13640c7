import { Server, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import {
  AccountServiceService,
  AccountStatus,
  type OpenAccountRequest,
  type OpenAccountResponse,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { toServiceError } from '@ipe/service-kit/grpc-status';
import { GrpcRefusal, idempotencyKeyReused, notFound } from '@ipe/service-kit/refusal';
import { listening } from '@ipe/testing/listening';

/** A real gRPC server that opens accounts as the account service's contract says, in memory. */
export class FakeAccountService {
  readonly requests: OpenAccountRequest[] = [];
  readonly accounts = new Map<string, { request: string; accountId: string }>();
  readonly unknownCustomers = new Set<string>();
  /** While true, calls are never answered. */
  silent = false;
  private server: Server | undefined;

  constructor(private readonly port: number) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = new Server();
    const handlers = { openAccount: this.openAccount.bind(this) };
    // Only the method that cards calls is served: the others answer UNIMPLEMENTED.
    server.addService({ openAccount: AccountServiceService.openAccount }, handlers);
    this.server = server;
    await listening(server, this.address);
  }

  stop(): void {
    this.server?.forceShutdown();
  }

  private openAccount(
    { request }: ServerUnaryCall<OpenAccountRequest, OpenAccountResponse>,
    answer: sendUnaryData<OpenAccountResponse>,
  ): void {
    this.requests.push(request);
    if (this.silent) return;
    try {
      answer(null, this.open(request));
    } catch (error) {
      if (!(error instanceof GrpcRefusal)) throw error;
      answer(toServiceError(error));
    }
  }

  private open(request: OpenAccountRequest): OpenAccountResponse {
    if (this.unknownCustomers.has(request.customerId)) throw notFound('customer');
    const { caller, idempotencyKey, ...meaning } = request;
    const text = JSON.stringify(meaning, (_name, value) => (typeof value === 'bigint' ? `${value}n` : value));
    const scope = JSON.stringify([caller, idempotencyKey]);
    const opened = this.accounts.get(scope) ?? { request: text, accountId: `acc_${this.accounts.size + 1}` };
    if (opened.request !== text) throw idempotencyKeyReused();
    this.accounts.set(scope, opened);
    return {
      account: {
        accountId: opened.accountId,
        customerId: request.customerId,
        type: request.type,
        branch: '0001',
        number: '1',
        checkDigit: '9',
        status: AccountStatus.ACCOUNT_STATUS_ACTIVE,
        balance: undefined,
        createdAt: undefined,
      },
    };
  }
}
