// What a generator can do to the ledger. A target: operate(n) → answer; acknowledged(answer) → the names of the states
// that it acknowledged (see ledger-calls.mjs); close().
import { setTimeout as wait } from 'node:timers/promises';
import {
  AuthorizeRequest,
  AuthorizeResponse,
  BulkRequest,
  BulkResponse,
  CaptureRequest,
  CaptureResponse,
  OpenAccountRequest,
  TransactionStatus,
  TransferRequest,
  TransferResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { leaderHeader, Ways } from '@ipe/ledger/ways';
import {
  acknowledged,
  authorizeRequest,
  captureRequest,
  openAccountRequest,
  RawLedger,
  transferRequest,
} from './ledger-calls.mjs';
import { LightLedger } from './light-ledger.mjs';
import { pairs, pairsOfShards, purchases } from './workloads.mjs';

/** What means: not now, perhaps elsewhere, and under the same key. grpc's numbers. */
const RETRIED = new Set([1, 2, 4, 8, 10, 14]);

/** One transfer a call. client: 'grpc-js', where it is to be that and not the light one. */
export function transferTarget({ address, run, client, ...workload }) {
  const ledger = client === 'grpc-js' ? new RawLedger(address) : new LightLedger(address);
  const next = pairs(workload);
  return {
    operate: (n) => ledger.call('transfer', TransferRequest.encode(transferRequest(next(), `${run}-${n}`)).finish()),
    acknowledged: (answer) => [acknowledged(TransferResponse.decode(answer).transaction)],
    close: () => ledger.close(),
  };
}

/**
 * One transfer a call, to the replicas in turns, as a load balancer sends them; or, where it `learns`, directly to whom it
 * was told to lead, as LedgerClient does.
 */
export function shardsTarget({ addresses, learns, places, run, ...workload }) {
  const ledgers = new Map(addresses.map((address) => [address, new LightLedger(address)]));
  const ways = new Ways();
  const learn = (headers) => {
    for (const text of headers.get(leaderHeader)) ways.learn(text);
  };
  const next = pairsOfShards({ places, ...workload });
  return {
    operate: (n) => {
      const request = transferRequest(next(), `${run}-${n}`);
      const known = learns ? ledgers.get(ways.to(request)) : undefined;
      const ledger = known ?? ledgers.get(addresses[n % addresses.length]);
      // Whoever is asked directly passes nothing on, and has nothing to tell.
      const onHeaders = learns && !known ? learn : undefined;
      return ledger.call('transfer', TransferRequest.encode(request).finish(), undefined, onHeaders);
    },
    acknowledged: (answer) => [acknowledged(TransferResponse.decode(answer).transaction)],
    close: () => {
      for (const ledger of ledgers.values()) ledger.close();
    },
  };
}

/** An authorisation, its card checked, and then its capture: one checkout, counted once both are answered. */
export function checkoutTarget({ address, run, ...workload }) {
  const authorize = authorizeTarget({ address, run, ...workload });
  return {
    operate: async (n) => {
      const authorized = await authorize.operate(n);
      const request = captureRequest(authorized.transactionId, `${run}-${n}-c`);
      const captured = await authorize.ledger.call('capture', CaptureRequest.encode(request).finish());
      return { authorized, captured };
    },
    acknowledged: ({ authorized, captured }) => [
      acknowledged(authorized),
      acknowledged(CaptureResponse.decode(captured).transaction),
    ],
    close: authorize.close,
  };
}

/** An authorisation alone. */
export function authorizeTarget({ address, run, ...workload }) {
  const ledger = new LightLedger(address);
  const next = purchases(workload);
  return {
    ledger,
    operate: async (n) => {
      const request = AuthorizeRequest.encode(authorizeRequest(next(), `${run}-${n}`)).finish();
      return approved(AuthorizeResponse.decode(await ledger.call('authorize', request)).transaction);
    },
    acknowledged: (transaction) => [acknowledged(transaction)],
    close: () => ledger.close(),
  };
}

/**
 * `perCall` transfers a call, each for itself. Counted in calls: the scenario multiplies. patient: a call that is not
 * served is made again under the same keys, so that a store which pauses does not end it.
 */
export function bulkTarget({ address, run, perCall, patient = false, ...workload }) {
  const ledger = new RawLedger(address);
  const next = pairs(workload);
  const ask = async (request, tries = patient ? 20 : 1) => {
    try {
      return await ledger.call('bulk', request, 60_000);
    } catch (error) {
      if (tries === 1 || !RETRIED.has(error.code)) throw error;
      await wait(500);
      return ask(request, tries - 1);
    }
  };
  return {
    operate: async (n) => {
      const writes = Array.from({ length: perCall }, (_, index) => ({
        transfer: transferRequest(next(), `${run}-${n}.${index}`),
      }));
      return ask(BulkRequest.encode({ writes, allOrNothing: false }).finish());
    },
    acknowledged: (answer) => BulkResponse.decode(answer).results.map(doneTransaction),
    close: () => ledger.close(),
  };
}

/** Opens accounts, `perCall` a call in bulk, or one by one where the service has no bulk. */
export function accountsTarget({ address, perCall, first = 0, accounts }) {
  const ledger = new RawLedger(address);
  const one = (n) => ledger.call('openAccount', OpenAccountRequest.encode(openAccountRequest(first + n)).finish());
  const many = async (n) => {
    const from = first + n * perCall;
    const length = Math.min(perCall, first + accounts - from);
    const writes = Array.from({ length }, (_, index) => ({ openAccount: openAccountRequest(from + index) }));
    const answer = BulkResponse.decode(await ledger.call('bulk', BulkRequest.encode({ writes }).finish(), 60_000));
    const refused = answer.results.find(({ failure }) => failure)?.failure;
    if (refused) throw Object.assign(new Error(`an account was not opened: ${refused.reason}`), { code: refused.code });
  };
  return { operate: perCall > 1 ? many : one, acknowledged: () => [], close: () => ledger.close() };
}

/** grpc-js tells a connection that breaks under a call as INTERNAL (13). */
const brokenConnection = ({ code, details }) => code === 13 && /RST_STREAM|Session closed|ECONNRESET/.test(details);
const ATTEMPT_MS = 1_000;
const PAUSE_MS = 20;

/** A caller who knows every replica, and tries again under the same key until its deadline, as callers should. */
export function retryingTarget({ addresses, deadlineMs, run, ...workload }) {
  const ledgers = addresses.map((address) => new RawLedger(address));
  const next = pairs(workload);
  let preferred = 0;
  return {
    operate: async (n) => {
      const request = TransferRequest.encode(transferRequest(next(), `${run}-${n}`)).finish();
      for (const until = performance.now() + deadlineMs; ; ) {
        const tried = preferred;
        try {
          return await ledgers[tried].call('transfer', request, ATTEMPT_MS);
        } catch (error) {
          const again = RETRIED.has(error.code) || brokenConnection(error);
          if (!again || performance.now() > until) throw error;
          // The first to fail turns all to the next replica; the others find it turned already.
          if (preferred === tried) preferred = (tried + 1) % ledgers.length;
          await wait(PAUSE_MS);
        }
      }
    },
    acknowledged: (answer) => [acknowledged(TransferResponse.decode(answer).transaction)],
    close: () => {
      for (const ledger of ledgers) ledger.close();
    },
  };
}

/** A decline is an answer to the ledger's caller, and a failure here: nobody should be declined. */
export function approved(transaction) {
  if (transaction.status === TransactionStatus.TRANSACTION_STATUS_AUTHORIZED) return transaction;
  throw Object.assign(new Error(`declined: ${transaction.declineReason}`), { code: transaction.declineReason });
}

/** The state that one write of many acknowledged; a refused one makes the run void. */
export function doneTransaction({ transaction, failure }) {
  if (transaction) return acknowledged(transaction);
  throw new Error(`a write was refused: ${failure?.reason} ${failure?.message}`);
}
