import type { AccountServiceService } from '@ipe/contracts/gen/bank/account/v1/account';
import type { AuthServiceService } from '@ipe/contracts/gen/bank/auth/v1/auth';
import type { CardsServiceService } from '@ipe/contracts/gen/bank/cards/v1/cards';
import type { CheckoutServiceService } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import type { StatementServiceService } from '@ipe/contracts/gen/bank/statement/v1/statement';
import type { TransactionServiceService } from '@ipe/contracts/gen/bank/transaction/v1/transaction';

/** deadlineMs: absent, the usual one of a read or of a write, by the method's name. */
export type CallOptions = { deadlineMs?: number };

/** What is used of a generated method. */
export type ContractMethod = {
  path: string;
  responseStream: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: generated methods take their own message, and nothing else is passed
  requestSerialize: (value: any) => Buffer;
  responseDeserialize: (bytes: Buffer) => unknown;
};
type Request<M> = M extends { requestSerialize: (value: infer Message) => Buffer } ? Message : never;
type Response<M> = M extends { responseDeserialize: (bytes: Buffer) => infer Message } ? Message : never;
type Unary = ContractMethod & { responseStream: false };
type Streaming = ContractMethod & { responseStream: true };

/**
 * A neighbouring service as its contract describes it. Calls reject with GrpcRefusal: the neighbour's own refusal, or
 * UNAVAILABLE with reason `<service>_unavailable` when it gave no answer in time or its circuit breaker is open.
 */
export type Neighbour<Definition> = {
  [Name in keyof Definition as Definition[Name] extends Unary ? Name : never]: (
    request: Request<Definition[Name]>,
    options?: CallOptions,
  ) => Promise<Response<Definition[Name]>>;
} & {
  /** Ends when the signal aborts. Reads only as fast as it is iterated. */
  [Name in keyof Definition as Definition[Name] extends Streaming ? Name : never]: (
    request: Request<Definition[Name]>,
    signal: AbortSignal,
  ) => AsyncIterable<Response<Definition[Name]>>;
};

export type Accounts = Neighbour<typeof AccountServiceService>;
export const Accounts = Symbol('Accounts');

export type Identities = Neighbour<typeof AuthServiceService>;
export const Identities = Symbol('Identities');

export type Cards = Neighbour<typeof CardsServiceService>;
export const Cards = Symbol('Cards');

export type Shops = Neighbour<typeof CheckoutServiceService>;
export const Shops = Symbol('Shops');

export type Ledger = Neighbour<typeof TransactionServiceService>;
export const Ledger = Symbol('Ledger');

export type Statements = Neighbour<typeof StatementServiceService>;
export const Statements = Symbol('Statements');

/** A write as the services want it: the key is unique within its caller. */
export type Write = { caller: string; idempotencyKey: string };
