import {
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import type { AccountBalance } from '../../domain/latest-of-each.ts';
import { balanceItem } from './account-item.ts';

/** As many statements as DynamoDB takes at once. */
const atMost = 25;

/**
 * Changes balances that are there and older, many in one request, each by itself and at the cost of a single write.
 * Answers those that it changed: what became of the others, and why, a write of its own will tell.
 */
export async function changedBalances(
  client: DynamoDBClient,
  table: string,
  balances: readonly AccountBalance[],
): Promise<ReadonlySet<AccountBalance>> {
  // One that does not say when it was booked would keep the time of the one before.
  const booked = balances.filter(({ balance }) => balance.bookedAt !== undefined);
  const groups = Array.from({ length: Math.ceil(booked.length / atMost) }, (_, nth) =>
    booked.slice(nth * atMost, (nth + 1) * atMost),
  );
  const changed = await Promise.all(groups.map((group) => changedOf(client, table, group)));
  return new Set(changed.flat());
}

async function changedOf(client: DynamoDBClient, table: string, balances: readonly AccountBalance[]) {
  const Statements = balances.map((balance) => change(table, balance));
  const { Responses = [] } = await client.send(new BatchExecuteStatementCommand({ Statements }));
  return balances.filter((_, index) => Responses[index] && !Responses[index].Error);
}

function change(table: string, { accountId, balance }: AccountBalance): BatchStatementRequest {
  const item = balanceItem(balance);
  const sets = Object.keys(item).map((name) => `SET "${name}" = ?`);
  const place = { pk: `account#${accountId}`, sk: 'balance', before: balance.sequence };
  return {
    Statement: `UPDATE "${table}" ${sets.join(' ')} WHERE "pk" = ? AND "sk" = ? AND "sequence" < ?`,
    Parameters: [...Object.values(toItem(item)), ...Object.values(toItem(place))],
  };
}
