import { Server, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  type AccountServiceServer,
  AccountServiceService,
  type AccountType,
  type CreateCustomerRequest,
  type OpenAccountRequest,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { toServiceError } from '@ipe/service-kit/grpc-status';
import { GrpcRefusal, idempotencyKeyReused } from '@ipe/service-kit/refusal';
import { listening } from '@ipe/testing/listening';

type OpenedAccount = { accountId: string; customerId: string; type: AccountType };

/** The account service's part that checkout uses, over real gRPC, with its state in memory. */
export class FakeAccounts {
  readonly customers = new Map<string, CreateCustomerRequest>();
  readonly accounts = new Map<string, OpenedAccount>();
  /** Run before a call takes effect: may throw a refusal. */
  before: (method: 'createCustomer' | 'openAccount') => void = () => undefined;

  private readonly server = new Server();
  private readonly keys = new Map<string, string>();

  async start(): Promise<string> {
    // The methods that checkout does not call answer UNIMPLEMENTED.
    const handlers = {
      createCustomer: handler((request: CreateCustomerRequest) => this.createCustomer(request)),
      openAccount: handler((request: OpenAccountRequest) => this.openAccount(request)),
    } as unknown as AccountServiceServer;
    this.server.addService(AccountServiceService, handlers);
    return listening(this.server);
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private createCustomer(request: CreateCustomerRequest) {
    this.before('createCustomer');
    const { caller, idempotencyKey, name, document, email } = request;
    const known = this.keys.get(`${caller} ${idempotencyKey}`);
    const before = known === undefined ? undefined : this.customers.get(known);
    if (before && (before.name !== name || before.document !== document || before.email !== email)) {
      throw idempotencyKeyReused();
    }
    if (!known && [...this.customers.values()].some((customer) => customer.document === document)) {
      throw new GrpcRefusal({ code: status.ALREADY_EXISTS, reason: 'document_taken', message: 'taken' });
    }
    const customerId = known ?? `cus_${this.customers.size + 1}`;
    this.keys.set(`${caller} ${idempotencyKey}`, customerId);
    this.customers.set(customerId, request);
    return { customer: { customerId, name, document, email, createdAt: new Date() } };
  }

  private openAccount(request: OpenAccountRequest) {
    this.before('openAccount');
    const { caller, idempotencyKey, customerId, type } = request;
    const accountId = this.keys.get(`${caller} ${idempotencyKey}`) ?? `acc_${this.accounts.size + 1}`;
    this.keys.set(`${caller} ${idempotencyKey}`, accountId);
    this.accounts.set(accountId, { accountId, customerId, type });
    return { account: { accountId, customerId, type, branch: '0001', number: '1', checkDigit: '9', status: 1 } };
  }
}

function handler<Request>(work: (request: Request) => unknown) {
  return (call: ServerUnaryCall<Request, unknown>, callback: sendUnaryData<unknown>): void => {
    try {
      callback(null, work(call.request));
    } catch (error) {
      callback(error instanceof GrpcRefusal ? toServiceError(error) : { code: status.INTERNAL, details: `${error}` });
    }
  };
}
