// The floor: the same operation written naively, one four-item TransactWriteItems each, by the AWS SDK in its best plain
// configuration: connections kept alive, one for each operation in flight.
import { Agent } from 'node:http';
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { accountId, pairs, purchases, randomFrom } from './workloads.mjs';

function plainDynamo({ endpoint, region, sockets }) {
  return new DynamoDBClient({
    region,
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler({
      httpAgent: new Agent({ keepAlive: true, maxSockets: sockets }),
      requestTimeout: 60_000,
    }),
  });
}

const balance = (account) => ({ pk: { S: `account#${accountId(account)}` }, sk: { S: 'balance' } });
const number = (value) => ({ N: String(value) });

/** A transfer: two balances under their conditions, the transaction under its key, and the event to be told. */
function floorTransfer(TableName, { from, to, cents }, key) {
  return [
    {
      Update: {
        TableName,
        Key: balance(from),
        UpdateExpression: 'SET available = available - :cents, version = version + :one',
        ConditionExpression: 'available >= :cents',
        ExpressionAttributeValues: { ':cents': number(cents), ':one': number(1) },
      },
    },
    {
      Update: {
        TableName,
        Key: balance(to),
        UpdateExpression: 'SET available = available + :cents, version = version + :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':cents': number(cents), ':one': number(1) },
      },
    },
    { Put: { TableName, Item: record('transaction', key, { from, to, cents }), ConditionExpression: unused } },
    { Put: { TableName, Item: record('outbox', key, { from, to, cents }) } },
  ];
}

/** An authorisation: the hold, the transaction, its idempotency key, and the event. */
function floorAuthorize(TableName, { card, shop, cents }, key) {
  return [
    {
      Update: {
        TableName,
        Key: balance(card),
        UpdateExpression: 'SET available = available - :cents, held = held + :cents, version = version + :one',
        ConditionExpression: 'available >= :cents',
        ExpressionAttributeValues: { ':cents': number(cents), ':one': number(1) },
      },
    },
    {
      Put: {
        TableName,
        Item: record('transaction', key, { from: card, to: shop, cents }),
        ConditionExpression: unused,
      },
    },
    { Put: { TableName, Item: record('key', key, {}), ConditionExpression: unused } },
    { Put: { TableName, Item: record('outbox', `${key}-a`, { from: card, to: shop, cents }) } },
  ];
}

/** A capture: both balances, the transaction's state, and the event. */
function floorCapture(TableName, { card, shop, cents }, key) {
  return [
    {
      Update: {
        TableName,
        Key: balance(card),
        UpdateExpression: 'SET held = held - :cents, version = version + :one',
        ConditionExpression: 'held >= :cents',
        ExpressionAttributeValues: { ':cents': number(cents), ':one': number(1) },
      },
    },
    {
      Update: {
        TableName,
        Key: balance(shop),
        UpdateExpression: 'SET available = available + :cents, version = version + :one',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':cents': number(cents), ':one': number(1) },
      },
    },
    {
      Update: {
        TableName,
        Key: { pk: { S: `transaction#${key}` }, sk: { S: 'transaction' } },
        UpdateExpression: 'SET captured = :cents',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(captured)',
        ExpressionAttributeValues: { ':cents': number(cents) },
      },
    },
    { Put: { TableName, Item: record('outbox', `${key}-c`, { from: card, to: shop, cents }) } },
  ];
}

const unused = 'attribute_not_exists(pk)';

function record(kind, key, movement) {
  return {
    pk: { S: `${kind}#${key}` },
    sk: { S: kind },
    at: { S: new Date().toISOString() },
    ...('cents' in movement
      ? {
          from: { S: accountId(movement.from) },
          to: { S: accountId(movement.to) },
          cents: number(movement.cents),
          currency: { S: 'BRL' },
        }
      : {}),
  };
}

/** operation: 'transfer', or 'checkout' (two transactions, without any card check). acknowledged: the keys. */
export function floorTarget({ endpoint, region, table, sockets, operation, run, ...workload }) {
  const client = plainDynamo({ endpoint, region, sockets });
  const send = (TransactItems) => client.send(new TransactWriteItemsCommand({ TransactItems }));
  const next = operation === 'checkout' ? purchases(workload) : pairs(workload);
  return {
    operate: async (n) => {
      const key = `${run}-${n}`;
      const movement = next();
      if (operation === 'checkout') {
        await send(floorAuthorize(table, movement, key));
        await send(floorCapture(table, movement, key));
      } else await send(floorTransfer(table, movement, key));
      return key;
    },
    acknowledged: (key) => [key],
    close: () => client.destroy(),
  };
}

/**
 * What the engine does for the bytes of transfers in full transactions, from a bare client: a hundred items each, of 25
 * transfers, without conditions on balances that others could break. Counted in transactions: 25 transfers each.
 */
export function limitTarget({ endpoint, region, table, sockets, run, accounts, seed }) {
  const client = plainDynamo({ endpoint, region, sockets });
  const random = randomFrom(seed);
  // The same balance may not occur twice in one transaction: a hundred neighbours, from somewhere on.
  const neighbours = (first) => Array.from({ length: 25 }, (_, index) => (first + 2 * index) % accounts);
  return {
    operate: async (n) => {
      const first = Math.floor(random() * accounts);
      const TransactItems = neighbours(first).flatMap((from, index) =>
        floorTransfer(table, { from, to: (from + 1) % accounts, cents: 1 }, `${run}-${n}.${index}`),
      );
      await client.send(new TransactWriteItemsCommand({ TransactItems }));
      return Array.from({ length: 25 }, (_, index) => `${run}-${n}.${index}`);
    },
    acknowledged: (keys) => keys,
    close: () => client.destroy(),
  };
}
