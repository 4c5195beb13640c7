import {
  AuthorizeRequest,
  CaptureRequest,
  HoldRequest,
  PostRequest,
  ReverseRequest,
  type Transaction,
  type TransactionServiceClient,
  TransferRequest,
  VoidRequest,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { numbers } from '../fake-cards.ts';

export const caller = 'faults';
const currency = 'BRL';

/** What an account is given by a movement, signed in the holder's favour. */
type Effect = Readonly<{ accountId: string; amount: bigint }>;

type Answer = Readonly<{ transaction?: Transaction | undefined; replayed: boolean }>;

/** One thing asked of the bank, under a key of its own: asked again, it is the very same request. */
export type Movement = Readonly<{
  key: string;
  kind: 'transfer' | 'posting' | 'hold' | 'purchase' | 'capture' | 'void' | 'reversal';
  /** What is posted once it is done. */
  effects: readonly Effect[];
  /** Of a capture or a void: the hold. Of a reversal: the transfer. */
  about?: string;
  /** Of a capture or a void: nothing may be held after it. */
  endsHold?: boolean;
  ask: (client: TransactionServiceClient, deadlineMs: number) => Promise<Answer>;
}>;

export function transfer(key: string, from: string, to: string, amount: bigint): Movement {
  const parties = { fromAccountId: from, toAccountId: to, amountCents: amount, currency };
  const request = TransferRequest.fromPartial({ caller, idempotencyKey: key, description: key, ...parties });
  return {
    key,
    kind: 'transfer',
    effects: moved(from, to, amount),
    ask: (client, deadlineMs) => call(client, client.transfer, request, deadlineMs),
  };
}

/** One gives, two get. */
export function posting(key: string, from: string, to: readonly [string, string], amount: bigint): Movement {
  const effects = [
    { accountId: from, amount: -2n * amount },
    { accountId: to[0], amount },
    { accountId: to[1], amount },
  ];
  const lines = effects.map((effect) => ({ accountId: effect.accountId, amountCents: effect.amount, currency }));
  const request = PostRequest.fromPartial({ caller, idempotencyKey: key, description: key, lines });
  return {
    key,
    kind: 'posting',
    effects,
    ask: (client, deadlineMs) => call(client, client.post, request, deadlineMs),
  };
}

/** `expiresAt`: when it runs out; undefined: in seven days. */
export function hold(key: string, from: string, to: string, amount: bigint, expiresAt: Date | undefined): Movement {
  const parties = { fromAccountId: from, toAccountId: to, amountCents: amount, currency };
  const request = HoldRequest.fromPartial({ caller, idempotencyKey: key, description: key, expiresAt, ...parties });
  return {
    key,
    kind: 'hold',
    effects: [],
    ask: (client, deadlineMs) => call(client, client.hold, request, deadlineMs),
  };
}

/** By the card whose account is `acc_card`, in the shop whose account is `shop`. */
export function purchase(key: string, shop: string, amount: bigint): Movement {
  const request = AuthorizeRequest.fromPartial({
    caller,
    idempotencyKey: key,
    card: { number: numbers.valid, expiryMonth: 12, expiryYear: 2031, cvv: '123' },
    merchant: { merchantId: 'mer_1', accountId: shop, name: 'Padaria Ipê', mcc: '5462' },
    amountCents: amount,
    currency,
    orderId: key,
  });
  return {
    key,
    kind: 'purchase',
    effects: [],
    ask: (client, deadlineMs) => call(client, client.authorize, request, deadlineMs),
  };
}

/** Of a hold or a purchase. */
export function capture(key: string, of: Transaction, amount: bigint, final: boolean): Movement {
  const { transactionId, debitAccountId, creditAccountId } = of;
  const request: CaptureRequest = { caller, idempotencyKey: key, transactionId, amountCents: amount, final };
  return {
    key,
    kind: 'capture',
    effects: moved(debitAccountId, creditAccountId, amount),
    about: transactionId,
    endsHold: final,
    ask: (client, deadlineMs) => call(client, client.capture, request, deadlineMs),
  };
}

export function release(key: string, { transactionId }: Transaction): Movement {
  const request: VoidRequest = { caller, idempotencyKey: key, transactionId };
  return {
    key,
    kind: 'void',
    effects: [],
    about: transactionId,
    endsHold: true,
    ask: (client, deadlineMs) => call(client, client.void, request, deadlineMs),
  };
}

/** Of all of a transfer. */
export function reversal(key: string, of: Transaction): Movement {
  const { transactionId, debitAccountId, creditAccountId, amountCents } = of;
  const request = ReverseRequest.fromPartial({ caller, idempotencyKey: key, transactionId, reason: key });
  return {
    key,
    kind: 'reversal',
    effects: moved(creditAccountId, debitAccountId, amountCents),
    about: transactionId,
    ask: (client, deadlineMs) => call(client, client.reverse, request, deadlineMs),
  };
}

function moved(from: string, to: string, amount: bigint): Effect[] {
  return [
    { accountId: from, amount: -amount },
    { accountId: to, amount },
  ];
}
