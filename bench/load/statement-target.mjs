// An authorisation, and the moment at which its line can be read on the customer's statement.
import { setTimeout as wait } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { StatementServiceClient } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { AuthorizeRequest, AuthorizeResponse } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { acknowledged, authorizeRequest, RawLedger } from './ledger-calls.mjs';
import { approved } from './ledger-targets.mjs';
import { accountId, purchases } from './workloads.mjs';

const GIVE_UP_MS = 30_000;

/**
 * Of every `followEvery` authorisations one is followed: its operation ends when ListLines shows the line, asked every
 * `pollMs`. The others end with the ledger's answer, and do not count as latency: they are the load.
 */
export function statementTarget({ address, statement, followEvery, pollMs, run, ...workload }) {
  const ledger = new RawLedger(address);
  const client = new StatementServiceClient(statement, credentials.createInsecure());
  const next = purchases(workload);
  return {
    operate: async (n) => {
      const purchase = next();
      const request = AuthorizeRequest.encode(authorizeRequest(purchase, `${run}-${n}`)).finish();
      const transaction = approved(AuthorizeResponse.decode(await ledger.call('authorize', request)).transaction);
      const { transactionId } = transaction;
      if (n % followEvery !== 0) return { transaction, followed: false };
      const accountIdOfCard = accountId(purchase.card);
      for (const until = performance.now() + GIVE_UP_MS; ; await wait(pollMs)) {
        const lines = await listLines(client, accountIdOfCard);
        if (lines.some((line) => line.transactionId === transactionId)) return { transaction, followed: true };
        if (performance.now() > until) throw Object.assign(new Error(transactionId), { code: 'not_on_the_statement' });
      }
    },
    timed: ({ followed }) => followed,
    acknowledged: ({ transaction }) => [acknowledged(transaction)],
    close: () => {
      client.close();
      ledger.close();
    },
  };
}

/** The newest lines of an account. */
function listLines(client, account, pageSize = 20) {
  const request = { accountId: account, from: undefined, until: undefined, kinds: [], pageSize, pageToken: '' };
  return new Promise((resolve, reject) => {
    client.listLines(request, (error, answer) => (error ? reject(error) : resolve(answer.lines)));
  });
}
