import { unboundedLimit } from '../domain/account.ts';
import { decideOpenAccount } from '../domain/decide-account.ts';
import type { Call } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Where money enters and leaves the bank; it may go below zero without bound. */
const cashAccountId = 'system:cash';

/** Opens the bank's own accounts. Safe to repeat at every start. Throws when they cannot be opened now. */
export async function openSystemAccounts(ledger: Ledger): Promise<void> {
  const call: Call = { deadline: Number.POSITIVE_INFINITY, traceparent: '' };
  const reply = await ledger.execute(call, (state, moment) =>
    decideOpenAccount(
      state,
      {
        idempotency: { caller: 'system', key: `open-${cashAccountId}`, fingerprint: moment.sha256(cashAccountId) },
        accountId: cashAccountId,
        accountClass: 'ASSET',
        currency: 'BRL',
        limit: unboundedLimit,
      },
      moment,
    ),
  );
  if (reply.kind !== 'answered') throw new Error(`${cashAccountId} cannot be opened: ${JSON.stringify(reply)}`);
}
