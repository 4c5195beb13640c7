// The same authorisation as JSON over HTTP/1.1: connections kept alive, one for each call in flight.
import { Agent, request } from 'node:http';
import { AuthorizeRequest } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { acknowledged, authorizeRequest } from './ledger-calls.mjs';
import { purchases } from './workloads.mjs';

/** url: of the bank's edge in servers/rest-edge.mjs. */
export function restTarget({ url, sockets, run, ...workload }) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const next = purchases(workload);
  return {
    operate: async (n) => {
      const asked = AuthorizeRequest.toJSON(authorizeRequest(next(), `${run}-${n}`));
      const { transaction } = JSON.parse(await post(agent, url, asked));
      if (transaction.status === 'TRANSACTION_STATUS_AUTHORIZED') return transaction;
      throw Object.assign(new Error(`declined: ${transaction.declineReason}`), { code: transaction.declineReason });
    },
    acknowledged: (transaction) => [acknowledged(transaction)],
    close: () => agent.destroy(),
  };
}

/** Resolves with the body as bytes; rejects with { code: status } when it is not 2xx. headers: added. */
export function post(agent, url, body, headers = {}) {
  const text = Buffer.from(JSON.stringify(body));
  const options = {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': text.length, ...headers },
  };
  return new Promise((resolve, reject) => {
    const call = request(url, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        const { statusCode } = response;
        if (statusCode < 300) resolve(answer);
        else reject(Object.assign(new Error(answer.toString().slice(0, 300)), { code: statusCode }));
      });
    });
    call.on('error', reject);
    call.setTimeout(60_000, () => call.destroy(Object.assign(new Error('no answer in 60 s'), { code: 'timeout' })));
    call.end(text);
  });
}
