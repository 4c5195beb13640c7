// The bare wire: the same messages through grpc-js, decoded and encoded, and nothing done. A process of its own:
// { listen } → address.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import {
  Transaction,
  TransactionKind,
  TransactionServiceService,
  TransactionStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';

const at = new Date();
const posted = ({ amountCents, currency, fromAccountId, toAccountId }) =>
  Transaction.fromPartial({
    transactionId: 't000000000001000',
    kind: TransactionKind.TRANSACTION_KIND_TRANSFER,
    status: TransactionStatus.TRANSACTION_STATUS_POSTED,
    amountCents,
    currency,
    debitAccountId: fromAccountId,
    creditAccountId: toAccountId,
    createdAt: at,
    updatedAt: at,
    version: 1,
  });
const result = ({ transfer }) => ({ transaction: posted(transfer), replayed: false });

const handlers = {
  transfer: ({ request }, callback) => callback(null, { transaction: posted(request), replayed: false }),
  bulk: ({ request }, callback) => callback(null, { results: request.writes.map(result), done: true }),
  stream: (call) => {
    call.on('data', ({ number, write }) => call.write({ number, result: result(write) }));
    call.on('end', () => call.end());
  },
};

const server = new Server();
const { transfer, bulk, stream } = TransactionServiceService;
server.addService({ transfer, bulk, stream }, handlers);

process.on('message', () => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    process.send(error ? { failed: error.message } : { done: `127.0.0.1:${port}` });
  });
});
process.on('disconnect', () => process.exit(0));
