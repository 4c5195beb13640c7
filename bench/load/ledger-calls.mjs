// The calls of the ledger as bytes. Answers stay bytes until the run is over: reading them is not what is measured, and
// the generator shares its machine with what is.
import { credentials, Metadata, makeGenericClientConstructor } from '@grpc/grpc-js';
import {
  AccountClass,
  AuthorizeRequest,
  CaptureRequest,
  OpenAccountRequest,
  TransactionServiceService,
  TransferRequest,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { accountId, cardNumber, LIMIT_CENTS } from './workloads.mjs';

const asBuffer = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
const asBytes = (buffer) => buffer;

/** Every method of the service with requests and answers as bytes. */
const rawMethods = Object.fromEntries(
  Object.entries(TransactionServiceService).map(([name, method]) => [
    name,
    { ...method, requestSerialize: asBuffer, responseDeserialize: asBytes },
  ]),
);
const RawClient = makeGenericClientConstructor(rawMethods, 'bank.transaction.v1.TransactionService');

/** One channel, as one caller has. */
export class RawLedger {
  constructor(address) {
    const options = {
      'grpc.max_receive_message_length': 64 * 1024 * 1024,
      'grpc.max_send_message_length': 64 * 1024 * 1024,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 200,
      // Two clients of one address in one process would otherwise share a connection.
      'grpc.use_local_subchannel_pool': 1,
    };
    this.client = new RawClient(address, credentials.createInsecure(), options);
    this.metadata = new Metadata();
  }

  /** Resolves with the answer's bytes; rejects with grpc's ServiceError, whose code is a number. onHeaders: told its headers. */
  call(method, request, deadlineMs = 30_000, onHeaders = undefined) {
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + deadlineMs };
      const calling = this.client[method](request, this.metadata, options, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
      if (onHeaders) calling.on('metadata', onHeaders);
    });
  }

  stream() {
    return this.client.stream(this.metadata);
  }

  close() {
    this.client.close();
  }
}

const caller = 'bench';

/** What was asked under a key: a message for a call of its own, and for a Write of a bulk or a stream. */
export function transferRequest({ from, to, cents }, idempotencyKey) {
  return TransferRequest.fromPartial({
    caller,
    idempotencyKey,
    fromAccountId: accountId(from),
    toAccountId: accountId(to),
    amountCents: BigInt(cents),
    currency: 'BRL',
  });
}

export function openAccountRequest(number) {
  return OpenAccountRequest.fromPartial({
    caller,
    idempotencyKey: `open-${number}`,
    accountId: accountId(number),
    accountClass: AccountClass.ACCOUNT_CLASS_LIABILITY,
    currency: 'BRL',
    limitCents: BigInt(LIMIT_CENTS),
  });
}

export function authorizeRequest({ card, shop, cents }, idempotencyKey) {
  return AuthorizeRequest.fromPartial({
    caller,
    idempotencyKey,
    card: { number: cardNumber(card), expiryMonth: 12, expiryYear: 2099, cvv: '123' },
    merchant: { merchantId: `mer_${shop}`, accountId: accountId(shop), name: 'Padaria Ipê', mcc: '5462' },
    amountCents: BigInt(cents),
    currency: 'BRL',
    installments: 1,
    orderId: 'ord_1',
  });
}

export function captureRequest(transactionId, idempotencyKey) {
  return CaptureRequest.fromPartial({ caller, idempotencyKey, transactionId, final: true });
}

/** How an acknowledged state of a transaction is named in the books: the journal must hold it once. */
export const acknowledged = ({ transactionId, version }) => `${transactionId}.${version}`;
