import { Server, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  type AuthorizeRequest,
  type CancelAuthorizationRequest,
  type CaptureRequest,
  type FindTransactionRequest,
  type RefundRequest,
  Transaction,
  TransactionKind,
  type TransactionServiceServer,
  TransactionServiceService,
  TransactionStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { toServiceError } from '@ipe/service-kit/grpc-status';
import { GrpcRefusal, idempotencyKeyReused, invalidRequest, notFound } from '@ipe/service-kit/refusal';
import { listening } from '@ipe/testing/listening';

export type BankMethod = 'authorize' | 'capture' | 'findTransaction' | 'cancelAuthorization' | 'refund';
type Answer = { transaction: Transaction | undefined };
type Write = { body: string; answer: Transaction };

export const bankDown = new GrpcRefusal({ code: status.UNAVAILABLE, reason: 'unavailable', message: 'down' });

const refuse = (reason: string): GrpcRefusal =>
  new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason, message: reason });

/** The bank core's part that checkout uses, over real gRPC, with its state in memory. */
export class FakeBank {
  /** By card number: own code and ABECS code. */
  readonly declines = new Map<string, { reason: string; code: string }>();
  readonly invalidCards = new Set<string>();
  readonly transactions = new Map<string, Transaction>();
  readonly calls: BankMethod[] = [];
  /** Run before a call takes effect, and after it did but before it is answered: may wait, may throw a refusal. */
  before: (method: BankMethod) => Promise<void> | void = () => undefined;
  after: (method: BankMethod) => Promise<void> | void = () => undefined;

  private readonly server = new Server();
  private readonly writes = new Map<string, Write>();
  private readonly authorizations = new Map<string, string>();
  private readonly cancelled = new Set<string>();
  private counter = 0;

  async start(): Promise<string> {
    // The methods that checkout does not call answer UNIMPLEMENTED.
    const handlers = {
      authorize: this.handler('authorize', (request: AuthorizeRequest) => this.authorize(request)),
      capture: this.handler('capture', (request: CaptureRequest) => this.capture(request)),
      findTransaction: this.handler('findTransaction', (request: FindTransactionRequest) => this.find(request)),
      cancelAuthorization: this.handler('cancelAuthorization', (request: CancelAuthorizationRequest) =>
        this.cancel(request),
      ),
      refund: this.handler('refund', (request: RefundRequest) => this.refund(request)),
    } as unknown as TransactionServiceServer;
    this.server.addService(TransactionServiceService, handlers);
    return listening(this.server);
  }

  stop(): void {
    this.server.forceShutdown();
  }

  /** Back to a bank that answers at once. */
  heal(): void {
    this.before = () => undefined;
    this.after = () => undefined;
  }

  /** What the customer is charged for an order, and what is still held for it. */
  charged(orderId: string): { captured: bigint; held: bigint } {
    const ofOrder = [...this.transactions.values()].filter((transaction) => transaction.orderId === orderId);
    const sum = (part: (transaction: Transaction) => bigint): bigint =>
      ofOrder.reduce((total, transaction) => total + part(transaction), 0n);
    return {
      captured: sum(({ capturedCents, refundedCents }) => capturedCents - refundedCents),
      held: sum(({ heldCents }) => heldCents),
    };
  }

  private handler<Request>(method: BankMethod, work: (request: Request) => Answer) {
    return (call: ServerUnaryCall<Request, Answer>, callback: sendUnaryData<Answer>): void => {
      void (async () => {
        this.calls.push(method);
        await this.before(method);
        const { transaction } = work(call.request);
        const answer = { transaction: transaction && { ...transaction }, replayed: false };
        await this.after(method);
        return answer;
      })().then(
        (answer) => callback(null, answer),
        (error: unknown) =>
          callback(
            error instanceof GrpcRefusal ? toServiceError(error) : { code: status.INTERNAL, details: `${error}` },
          ),
      );
    };
  }

  /** The effect once, the first answer for ever. */
  private once(key: string, request: object, effect: () => Transaction): Answer {
    const body = JSON.stringify(request, (_name, value) => (typeof value === 'bigint' ? `${value}n` : value));
    const before = this.writes.get(key);
    if (before && before.body !== body) throw idempotencyKeyReused();
    if (before) return { transaction: before.answer };
    const answer = { ...effect() };
    this.writes.set(key, { body, answer });
    return { transaction: answer };
  }

  private authorize(request: AuthorizeRequest): Answer {
    const { card, merchant, idempotencyKey, amountCents, currency, orderId, installments } = request;
    if (!card || this.invalidCards.has(card.number)) {
      throw invalidRequest([{ field: 'card.number', description: 'must pass the Luhn check' }]);
    }
    return this.once(idempotencyKey, request, () => {
      this.counter += 1;
      const decline = this.cancelled.has(idempotencyKey)
        ? { reason: 'cancelled_by_merchant', code: '57' }
        : this.declines.get(card.number);
      const now = new Date();
      const transaction = Transaction.create({
        transactionId: `tx-${this.counter}`,
        kind: TransactionKind.TRANSACTION_KIND_CARD_PURCHASE,
        status: decline
          ? TransactionStatus.TRANSACTION_STATUS_DECLINED
          : TransactionStatus.TRANSACTION_STATUS_AUTHORIZED,
        amountCents,
        capturedCents: 0n,
        refundedCents: 0n,
        heldCents: decline ? 0n : amountCents,
        currency,
        debitAccountId: 'acc_card',
        creditAccountId: merchant?.accountId ?? '',
        cardId: 'crd_1',
        cardLastFour: card.number.slice(-4),
        merchant,
        orderId,
        installments,
        authorizationCode: decline ? '' : `A${String(this.counter).padStart(5, '0')}`,
        declineReason: decline?.reason ?? '',
        responseCode: decline?.code ?? '00',
        createdAt: now,
        updatedAt: now,
        version: 1,
      });
      this.transactions.set(transaction.transactionId, transaction);
      this.authorizations.set(idempotencyKey, transaction.transactionId);
      return transaction;
    });
  }

  private capture(request: CaptureRequest): Answer {
    return this.once(request.idempotencyKey, request, () => {
      const transaction = this.held(request.transactionId);
      transaction.status = TransactionStatus.TRANSACTION_STATUS_CAPTURED;
      transaction.capturedCents = request.amountCents || transaction.heldCents;
      transaction.heldCents = 0n;
      return transaction;
    });
  }

  private find({ idempotencyKey }: FindTransactionRequest): Answer {
    const transaction = this.transactions.get(this.authorizations.get(idempotencyKey) ?? '');
    if (!transaction) throw notFound('transaction');
    return { transaction };
  }

  private cancel({ authorizationKey }: CancelAuthorizationRequest): Answer {
    const transaction = this.transactions.get(this.authorizations.get(authorizationKey) ?? '');
    if (!transaction) this.cancelled.add(authorizationKey);
    else if (transaction.status === TransactionStatus.TRANSACTION_STATUS_AUTHORIZED) {
      transaction.status = TransactionStatus.TRANSACTION_STATUS_VOIDED;
      transaction.heldCents = 0n;
    }
    return { transaction };
  }

  private refund(request: RefundRequest): Answer {
    return this.once(request.idempotencyKey, request, () => {
      const transaction = this.transactions.get(request.transactionId);
      if (!transaction) throw notFound('transaction');
      const left = transaction.capturedCents - transaction.refundedCents;
      if (request.amountCents > left) throw refuse('refund_above_captured');
      transaction.refundedCents += request.amountCents || left;
      transaction.status =
        transaction.refundedCents === transaction.capturedCents
          ? TransactionStatus.TRANSACTION_STATUS_REFUNDED
          : TransactionStatus.TRANSACTION_STATUS_PARTIALLY_REFUNDED;
      return transaction;
    });
  }

  private held(transactionId: string): Transaction {
    const transaction = this.transactions.get(transactionId);
    if (!transaction) throw notFound('transaction');
    if (transaction.status !== TransactionStatus.TRANSACTION_STATUS_AUTHORIZED) throw refuse('not_authorized');
    return transaction;
  }
}
