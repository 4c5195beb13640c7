// Blnk (its HTTP API), synchronous: skip_queue makes it apply a transaction before it answers.
import { Agent } from 'node:http';
import { post } from '../load/rest-target.mjs';
import { LIMIT_CENTS, pairs } from '../load/workloads.mjs';
import { ask, some } from './formance.mjs';

const common = { currency: 'BRL', precision: 100, skip_queue: true, description: 'bench' };

/** A ledger of its own, and its balances with money from an internal one. Answers the target's settings. */
export async function prepareBlnk({ url, accounts, name }) {
  const { ledger_id } = await ask('POST', `${url}/ledgers`, { name });
  const balances = [];
  for (let account = 0; account < accounts; account += 1) {
    const { balance_id } = await ask('POST', `${url}/balances`, { ledger_id, currency: 'BRL' });
    balances.push(balance_id);
    await ask('POST', `${url}/transactions`, {
      ...common,
      precise_amount: LIMIT_CENTS,
      reference: `${name}-funding-${account}`,
      source: `@${name}`,
      destination: balance_id,
      allow_overdraft: true,
    });
  }
  return { url, name, accounts, balances };
}

export function blnkTarget({ url, balances, sockets, run, ...workload }) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const next = pairs(workload);
  return {
    operate: async (n) => {
      const { from, to, cents } = next();
      const reference = `${run}-${n}`;
      const body = { ...common, precise_amount: cents, reference, source: balances[from], destination: balances[to] };
      const { status } = JSON.parse(await post(agent, `${url}/transactions`, body));
      if (status !== 'APPLIED') throw Object.assign(new Error(`its status is ${status}`), { code: status });
      return reference;
    },
    acknowledged: (reference) => [reference],
    close: () => agent.destroy(),
  };
}

export async function checkBlnk({ url, balances }, { acknowledged }) {
  let total = 0;
  let negative = 0;
  for (const id of balances) {
    const { balance } = await ask('GET', `${url}/balances/${id}`);
    total += Number(balance);
    negative += Number(Number(balance) < 0);
  }
  const found = [];
  for (const reference of some(acknowledged)) {
    found.push((await statusOf(url, reference)) === 'APPLIED');
  }
  return {
    sumOfBalancesIsZero: total === balances.length * LIMIT_CENTS,
    noneNegative: negative === 0,
    someAcknowledgedFound: found.every(Boolean),
  };
}

/** Of the transaction under a reference; undefined when there is none: that is an answer of the check, not its end. */
async function statusOf(url, reference) {
  try {
    return (await ask('GET', `${url}/transactions/reference/${reference}`)).status;
  } catch (error) {
    if (error.code === 404) return undefined;
    throw error;
  }
}
