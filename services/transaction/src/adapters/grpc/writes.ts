import {
  CaptureRequest,
  ChangeAccountRequest,
  HoldRequest,
  IncrementRequest,
  OpenAccountRequest,
  PostByTemplateRequest,
  PostRequest,
  RefundRequest,
  ReverseRequest,
  TransferRequest,
  VoidRequest,
  type Write,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { invalidRequest } from '@ipe/service-kit/refusal';
import type { Command } from '../../domain/command.ts';
import type { Annotations } from '../../domain/transaction.ts';
import type { Fingerprints } from './call-context.ts';
import * as requests from './requests.ts';

/** The request of each kind of write, by the name that it has in bank.transaction.v1.Write. */
type Requests = {
  transfer: TransferRequest;
  post: PostRequest;
  postByTemplate: PostByTemplateRequest;
  hold: HoldRequest;
  increment: IncrementRequest;
  capture: CaptureRequest;
  void: VoidRequest;
  refund: RefundRequest;
  reverse: ReverseRequest;
  openAccount: OpenAccountRequest;
  changeAccount: ChangeAccountRequest;
};

export type WriteKind = keyof Requests;
type CommandOf<Kind extends WriteKind> = Extract<Command, { kind: Kind }>;

/** From a request as it came to the command that the ledger decides. Throws INVALID_ARGUMENT with every violation. */
type Parsers = { [Kind in WriteKind]: (request: Requests[Kind], fingerprints: Fingerprints) => CommandOf<Kind> };

const parsers: Parsers = {
  transfer(request, fingerprints) {
    const said = parseRequest(requests.transferSchema, request);
    return {
      kind: 'transfer',
      idempotency: fingerprints.scope('Transfer', TransferRequest, request),
      fromAccountId: said.fromAccountId,
      toAccountId: said.toAccountId,
      amount: said.amountCents,
      currency: said.currency,
      description: said.description,
      ...annotationsOf(said),
    };
  },
  post(request, fingerprints) {
    const said = parseRequest(requests.postSchema, request);
    const idempotency = fingerprints.scope('Post', PostRequest, request);
    return {
      kind: 'post',
      idempotency,
      lines: said.lines,
      description: said.description,
      ...annotationsOf(said),
    };
  },
  postByTemplate(request, fingerprints) {
    const said = parseRequest(requests.postByTemplateSchema, request);
    return {
      kind: 'postByTemplate',
      idempotency: fingerprints.scope('PostByTemplate', PostByTemplateRequest, request),
      template: said.template,
      accounts: said.accounts,
      amounts: said.amountsCents,
      description: said.description,
      ...annotationsOf(said),
    };
  },
  hold(request, fingerprints) {
    const { amountCents: amount, expiresAt, ...said } = parseRequest(requests.holdSchema, request);
    return {
      kind: 'hold',
      idempotency: fingerprints.scope('Hold', HoldRequest, request),
      fromAccountId: said.fromAccountId,
      toAccountId: said.toAccountId,
      amount,
      currency: said.currency,
      description: said.description,
      metadata: said.metadata,
      expiresAt: expiresAt?.getTime(),
    };
  },
  increment(request, fingerprints) {
    const { transactionId, amountCents: amount } = parseRequest(requests.incrementSchema, request);
    const idempotency = fingerprints.scope('Increment', IncrementRequest, request);
    return { kind: 'increment', idempotency, transactionId, amount };
  },
  capture(request, fingerprints) {
    const { transactionId, amountCents: amount, final } = parseRequest(requests.captureSchema, request);
    const idempotency = fingerprints.scope('Capture', CaptureRequest, request);
    return { kind: 'capture', idempotency, transactionId, amount, final };
  },
  void(request, fingerprints) {
    const { transactionId } = parseRequest(requests.voidSchema, request);
    return { kind: 'void', idempotency: fingerprints.scope('Void', VoidRequest, request), transactionId };
  },
  refund(request, fingerprints) {
    const { transactionId, amountCents: amount } = parseRequest(requests.refundSchema, request);
    const idempotency = fingerprints.scope('Refund', RefundRequest, request);
    return { kind: 'refund', idempotency, transactionId, amount };
  },
  reverse(request, fingerprints) {
    const { transactionId, reason, amountCents: amount, lines } = parseRequest(requests.reverseSchema, request);
    const idempotency = fingerprints.scope('Reverse', ReverseRequest, request);
    return { kind: 'reverse', idempotency, transactionId, reason, amount, lines };
  },
  openAccount(request, fingerprints) {
    const { accountId, accountClass, currency, limitCents } = parseRequest(requests.openAccountSchema, request);
    const idempotency = fingerprints.scope('OpenAccount', OpenAccountRequest, request);
    return { kind: 'openAccount', idempotency, accountId, accountClass, currency, limit: limitCents };
  },
  changeAccount(request, fingerprints) {
    const { accountId, limitCents, status } = parseRequest(requests.changeAccountSchema, request);
    const idempotency = fingerprints.scope('ChangeAccount', ChangeAccountRequest, request);
    return { kind: 'changeAccount', idempotency, accountId, limit: limitCents, status };
  },
};

function annotationsOf({ metadata, effectiveAt, followsTransactionId }: Annotations): Annotations {
  return { metadata, effectiveAt, followsTransactionId };
}

const kinds = Object.keys(parsers) as WriteKind[];

export function toCommand<Kind extends WriteKind>(
  kind: Kind,
  request: Requests[Kind],
  fingerprints: Fingerprints,
): CommandOf<Kind> {
  return parsers[kind](request, fingerprints);
}

/** The command of a write among others. Fields are named from the write on: `transfer.amount_cents`. */
export function commandOfWrite(write: Write | undefined, fingerprints: Fingerprints): Command {
  for (const kind of kinds) {
    const request = write?.[kind];
    // Which kind it is was found at run time: the compiler cannot tie the parser to its request any more.
    if (request)
      return (parsers[kind] as (request: unknown, fingerprints: Fingerprints) => Command)(request, fingerprints);
  }
  throw invalidRequest([{ field: 'write', description: 'must be one of the writes' }]);
}
