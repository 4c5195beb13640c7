// An authorisation, and the moment at which the customer is shown its line on the statement.
import { setTimeout as wait } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { StatementServiceClient } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { AuthorizeRequest, AuthorizeResponse } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { acknowledged, authorizeRequest } from './ledger-calls.mjs';
import { approved } from './ledger-targets.mjs';
import { LightLedger } from './light-ledger.mjs';
import { accountId, purchases } from './workloads.mjs';

const GIVE_UP_MS = 30_000;
const ACCOUNTS_OF_A_STREAM = 20;

/**
 * The customers of the accounts `watched` look at their statements (WatchLines): where one of them buys, the operation
 * ends once the line is shown. The others end with the ledger's answer, and do not count as latency: they are the load.
 */
export async function statementTarget({ address, statement, watched, run, ...workload }) {
  const ledger = new LightLedger(address);
  const client = new StatementServiceClient(statement, credentials.createInsecure());
  const shown = new Shown();
  const streams = await Promise.all(
    [...inStreams(watched)].map((accounts) =>
      watching(client, accounts, ({ transactionId }) => shown.add(transactionId)),
    ),
  );
  const looked = new Set(watched);
  const next = purchases(workload);
  return {
    operate: async (n) => {
      const purchase = next();
      const request = AuthorizeRequest.encode(authorizeRequest(purchase, `${run}-${n}`)).finish();
      const transaction = approved(AuthorizeResponse.decode(await ledger.call('authorize', request)).transaction);
      const followed = looked.has(purchase.card);
      if (followed) await shown.wait(transaction.transactionId);
      return { transaction, followed };
    },
    timed: ({ followed }) => followed,
    acknowledged: ({ transaction }) => [acknowledged(transaction)],
    close: () => {
      for (const stream of streams) stream.cancel();
      client.close();
      ledger.close();
    },
  };
}

/** Which transactions' lines were shown; some are before the ledger's answer has arrived here. */
class Shown {
  seen = new Set();
  waiting = new Map();

  add(transactionId) {
    this.seen.add(transactionId);
    this.waiting.get(transactionId)?.();
  }

  async wait(transactionId) {
    if (this.seen.has(transactionId)) return;
    const giveUp = new AbortController();
    const shown = new Promise((resolve) => this.waiting.set(transactionId, resolve));
    const late = wait(GIVE_UP_MS, 'late', { signal: giveUp.signal }).catch(() => undefined);
    const outcome = await Promise.race([shown, late]);
    giveUp.abort();
    this.waiting.delete(transactionId);
    if (outcome === 'late') throw Object.assign(new Error(transactionId), { code: 'not_on_the_statement' });
  }
}

function* inStreams(accounts) {
  for (let at = 0; at < accounts.length; at += ACCOUNTS_OF_A_STREAM) {
    yield accounts.slice(at, at + ACCOUNTS_OF_A_STREAM);
  }
}

/** A stream of the accounts' lines, once none that comes from now on can be missed. */
function watching(client, accounts, onLine) {
  const request = { accounts: accounts.map((account) => ({ accountId: accountId(account) })) };
  const stream = client.watchLines(request);
  stream.on('data', ({ line }) => onLine(line));
  return new Promise((resolve, reject) => {
    stream.once('metadata', () => resolve(stream));
    stream.on('error', reject);
  });
}
