// Formance Ledger v2 (its HTTP API): a transfer is one transaction of one posting, committed before it is answered.
import { Agent } from 'node:http';
import { post } from '../load/rest-target.mjs';
import { accountId, LIMIT_CENTS, pairs } from '../load/workloads.mjs';

const asset = 'BRL/2';
const postingsATransaction = 100;
/** Its largest, unless it is started with another: it answers no more, whatever is asked. */
const pageSize = 100;

/** What it says of itself. Its pool and its PostgreSQL are not told by its API. */
export async function tellFormance({ url }) {
  const { data } = await ask('GET', `${url}/v2/_info`);
  return { version: data.version };
}

/**
 * A ledger in a bucket (a schema of PostgreSQL) of its own: beside the ledgers of earlier runs it would be slower. And its
 * accounts with money from `world`. Answers the target's settings.
 */
export async function prepareFormance({ url, accounts, name }) {
  await ask('POST', `${url}/v2/${name}`, { bucket: name });
  let funding = 0;
  for (let first = 0; first < accounts; first += postingsATransaction) {
    const length = Math.min(postingsATransaction, accounts - first);
    const postings = Array.from({ length }, (_, index) => posting('world', accountId(first + index), LIMIT_CENTS));
    await ask('POST', `${url}/v2/${name}/transactions`, { postings, reference: `funding-${first}`, metadata: {} });
    funding += 1;
  }
  return { url, name, accounts, funding };
}

export function formanceTarget({ url, name, sockets, run, ...workload }) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const next = pairs(workload);
  const address = `${url}/v2/${name}/transactions`;
  return {
    operate: async (n) => {
      const { from, to, cents } = next();
      const reference = `${run}-${n}`;
      const postings = [posting(accountId(from), accountId(to), cents)];
      await post(agent, address, { postings, reference, metadata: {} }, { 'idempotency-key': reference });
      return reference;
    },
    acknowledged: (reference) => [reference],
    close: () => agent.destroy(),
  };
}

/** acknowledged: references, of which some are looked up; failed: how many calls have an outcome that is not known. */
export async function checkFormance({ url, name, funding }, { acknowledged, failed }) {
  const { data: balances } = await ask('GET', `${url}/v2/${name}/aggregate/balances`);
  const { data: stats } = await ask('GET', `${url}/v2/${name}/stats`);
  const made = Number(stats.transactions) - funding;
  const found = [];
  for (const reference of some(acknowledged)) {
    const query = encodeURIComponent(JSON.stringify({ $match: { reference } }));
    const { cursor } = await ask('GET', `${url}/v2/${name}/transactions?query=${query}`);
    found.push(cursor.data.length === 1);
  }
  return {
    sumOfBalancesIsZero: Number(balances[asset]) === 0,
    noneNegative: await noneNegative(url, name),
    transactionsAsAcknowledged: made >= acknowledged.length && made <= acknowledged.length + failed,
    someAcknowledgedFoundOnce: found.every(Boolean),
  };
}

async function noneNegative(url, name) {
  let address = `${url}/v2/${name}/volumes?pageSize=${pageSize}`;
  while (address) {
    const { cursor } = await ask('GET', address);
    if (cursor.data.some(({ account, balance }) => account !== 'world' && Number(balance) < 0)) return false;
    address = cursor.hasMore ? `${url}/v2/${name}/volumes?cursor=${encodeURIComponent(cursor.next)}` : undefined;
  }
  return true;
}

const posting = (source, destination, amount) => ({ source, destination, amount, asset });

/** At most a hundred, spread evenly. */
export function some(list) {
  const step = Math.max(1, Math.floor(list.length / 100));
  return list.filter((_, index) => index % step === 0).slice(0, 100);
}

/** One call of the preparation or the check; throws { code: status } unless it was done. */
export async function ask(method, url, body) {
  const answer = await fetch(url, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) {
    const message = `${method} ${url} answered ${answer.status}: ${text.slice(0, 300)}`;
    throw Object.assign(new Error(message), { code: answer.status });
  }
  return text ? JSON.parse(text) : undefined;
}
