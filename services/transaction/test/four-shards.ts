import { GetBalancesRequest } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { shardOf } from '@ipe/ledger/shard-of';
import { call } from '@ipe/service-kit/grpc-client';
import { eventually } from '@ipe/testing/eventually';
import { type Bank, transferRequest } from './service-under-test.ts';

// What tests of a ledger of four shards share.

/** Told to a process as SHARDS. */
export const shards = 4;
const everyShard = Array.from({ length: shards }, (_, shard) => shard);

/** An account's id of each shard. */
export function accountAt(shard: number, name = 'acc'): string {
  for (let number = 0; ; number++) {
    const accountId = `${name}_${number}`;
    if (shardOf(accountId, shards) === shard) return accountId;
  }
}

export const people = everyShard.map((shard) => accountAt(shard));
export const [ana = '', bia = '', caio = '', duda = ''] = people;
const pots = everyShard.flatMap((shard) =>
  ['in-transit', 'between-shards', 'unclaimed'].map((pot) => `system:${pot}:BRL:${shard}`),
);

export async function balancesOf(bank: Bank, accountIds: readonly string[]) {
  const request = GetBalancesRequest.fromPartial({ accountIds: [...accountIds] });
  const { balances } = await call(bank.client, bank.client.getBalances, request, 5_000);
  return new Map(balances.map((balance) => [balance.accountId, balance]));
}

export async function postedOf(bank: Bank, accountIds: readonly string[]): Promise<bigint[]> {
  const balances = await balancesOf(bank, accountIds);
  return accountIds.map((accountId) => balances.get(accountId)?.postedCents ?? 0n);
}

/** Nothing is on its way any more, and what shards owe each other cancels out. */
export async function untilDrained(bank: Bank): Promise<void> {
  await eventually(
    async () => {
      const posted = new Map((await balancesOf(bank, pots)).entries());
      const of = (pot: string) =>
        everyShard.map((shard) => posted.get(`system:${pot}:BRL:${shard}`)?.postedCents ?? 0n);
      expect(of('in-transit')).toEqual([0n, 0n, 0n, 0n]);
      expect(of('between-shards').reduce((sum, one) => sum + one, 0n)).toBe(0n);
    },
    { timeoutMs: 20_000 },
  );
}

export function sent(idempotencyKey: string, fromAccountId: string, toAccountId: string, amountCents: bigint) {
  return transferRequest(idempotencyKey, { fromAccountId, toAccountId, amountCents });
}
