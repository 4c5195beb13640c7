import { cents } from '@ipe/money/cents';
import { unboundedLimit } from '../domain/account.ts';
import { chartOfAccounts, type SystemAccountId, systemAccountIds } from '../domain/chart-of-accounts.ts';
import { decideOpenAccount } from '../domain/decide-account.ts';
import type { Call } from './admission.ts';
import type { Ledger } from './ledger.ts';

/**
 * Opens those of the bank's own accounts that are not open yet, all in one batch of the journal. Safe to repeat at
 * every start: with all of them open, nothing is asked of the ledger. Throws when they cannot be opened now.
 */
export async function openSystemAccounts(ledger: Ledger): Promise<void> {
  const missing = ledger.peek((state) => systemAccountIds.filter((accountId) => !state.accounts.has(accountId)));
  await Promise.all((missing ?? systemAccountIds).map((accountId) => open(ledger, accountId)));
}

async function open(ledger: Ledger, accountId: SystemAccountId): Promise<void> {
  const { accountClass, currency, unbounded } = chartOfAccounts[accountId];
  const limit = unbounded ? unboundedLimit : cents(0n);
  const call: Call = { deadline: Number.POSITIVE_INFINITY, traceparent: '' };
  const reply = await ledger.execute(call, {
    decide: (state, moment) => {
      const idempotency = { caller: 'system', key: `open-${accountId}`, fingerprint: moment.sha256(accountId) };
      return decideOpenAccount(state, { idempotency, accountId, accountClass, currency, limit }, moment);
    },
  });
  const isOpen = reply.kind === 'answered' || (reply.kind === 'refused' && reply.refusal === 'account_exists');
  if (!isOpen) throw new Error(`${accountId} cannot be opened: ${JSON.stringify(reply)}`);
}
