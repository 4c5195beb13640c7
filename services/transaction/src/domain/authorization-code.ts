import { base32 } from '@ipe/ledger/transaction-id';

/** Six characters for the receipt, drawn from the first 30 bits of a hash. */
export function authorizationCode(hash: string): string {
  return base32(Number.parseInt(hash.slice(0, 8), 16) % 32 ** 6, 6).toUpperCase();
}
