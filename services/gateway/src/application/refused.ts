/** What the gateway's use cases refuse themselves; everything else is a neighbour's refusal, passed on. */
export type Refusal =
  | 'account_not_found'
  | 'transaction_not_found'
  | 'merchant_not_found'
  | 'amount_mismatch'
  | 'too_many_accounts'
  | 'too_many_streams';

/** Thrown by use cases beside the neighbours' GrpcRefusal; the HTTP edge maps both. */
export class Refused extends Error {
  override name = 'Refused';

  constructor(readonly refusal: Refusal) {
    super(refusal);
  }
}

/** proto3 messages may lack a part that the contract promises: that is the neighbour's bug, and never a refusal. */
export function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`a neighbour answered without ${what}`);
  return value;
}
