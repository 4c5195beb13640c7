// Stands between a client and DynamoDB and asks for each write's consumed capacity, as the engine itself counts it;
// for transactions, which it counts wrong, by AWS's rule (check/write-units.mjs).
// A process of its own: { listen: endpoint } → url; { take } → { units by table and operation } since the last take.
import { Agent, createServer, request } from 'node:http';
import { transactionUnits } from '../check/write-units.mjs';

const agent = new Agent({ keepAlive: true });
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
let units = {};

/** Adds what a write consumed: `<table> <operation>` → { calls, units }. */
function count(operation, asked, answer) {
  if (operation === 'TransactWriteItems') {
    const [table] = Object.values(asked.TransactItems[0]).map(({ TableName }) => TableName);
    add(`${table} ${operation}`, transactionUnits(asked.TransactItems));
    return;
  }
  for (const { TableName, CapacityUnits } of [JSON.parse(answer).ConsumedCapacity ?? []].flat()) {
    add(`${TableName} ${operation}`, CapacityUnits);
  }
}

function add(name, consumed) {
  units[name] ??= { calls: 0, units: 0 };
  units[name].calls += 1;
  units[name].units += consumed;
}

function proxy(endpoint) {
  return createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    const operation = String(incoming.headers['x-amz-target']).split('.')[1];
    const counted = writes.has(operation);
    // Signatures mean nothing to DynamoDB Local, so that a body may be added to.
    const asked = counted ? JSON.parse(body) : undefined;
    if (counted) body = Buffer.from(JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' }));
    const headers = { ...incoming.headers, 'content-length': body.length };
    const onwards = request(new URL(incoming.url, endpoint), { method: incoming.method, headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      const parts = [];
      answer.on('data', (chunk) => {
        parts.push(chunk);
        outgoing.write(chunk);
      });
      answer.on('end', () => {
        outgoing.end();
        if (counted && answer.statusCode === 200) count(operation, asked, Buffer.concat(parts));
      });
    });
    onwards.on('error', () => outgoing.destroy());
    onwards.end(body);
  });
}

process.on('message', ({ listen }) => {
  if (listen === undefined) {
    process.send({ done: units });
    units = {};
    return;
  }
  const server = proxy(listen);
  server.listen(0, '127.0.0.1', () => process.send({ done: `http://127.0.0.1:${server.address().port}` }));
});
process.on('disconnect', () => process.exit(0));
