import { cents } from '@ipe/money/cents';
import { unboundedLimit } from '../domain/account.ts';
import { chartOfAccounts, systemAccountIds } from '../domain/chart-of-accounts.ts';
import { decideOpenAccount, type OpenAccount } from '../domain/decide-account.ts';
import { systemAccountAt } from '../domain/shard-of.ts';
import { type TransitAccount, transitAccountId, transitAccounts } from '../domain/transit-accounts.ts';
import { type Call, unhurried } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** An account as it is opened. */
type Opening = Omit<OpenAccount, 'idempotency'>;

/**
 * Opens those of the bank's own accounts that are not open at a shard yet, all in one batch of its journal. Safe to
 * repeat at every start: with all of them open, nothing is asked of the ledger. Throws when they cannot be opened now.
 */
export async function openSystemAccounts(ledger: Ledger, shard = 0): Promise<void> {
  const openings = systemAccountIds.map((id): Opening => {
    const { accountClass, currency, unbounded } = chartOfAccounts[id];
    const limit = unbounded ? unboundedLimit : cents(0n);
    return { accountId: systemAccountAt(id, shard), accountClass, currency, limit };
  });
  await openMissing(ledger, openings, unhurried);
}

/** Opens the accounts by which money of some assets comes to and goes from a shard, where they are not open yet. */
export async function openTransitAccounts(
  ledger: Ledger,
  shard: number,
  assets: Iterable<string>,
  call: Call,
): Promise<void> {
  const kinds = Object.keys(transitAccounts) as TransitAccount[];
  const openings = [...assets].flatMap((currency) =>
    kinds.map((kind): Opening => {
      const { accountClass, limit } = transitAccounts[kind];
      return { accountId: transitAccountId(kind, currency, shard), accountClass, currency, limit };
    }),
  );
  await openMissing(ledger, openings, call);
}

async function openMissing(ledger: Ledger, openings: readonly Opening[], call: Call): Promise<void> {
  const missing = ledger.peek((state) => openings.filter(({ accountId }) => !state.accounts.has(accountId)));
  await Promise.all((missing ?? openings).map((opening) => open(ledger, opening, call)));
}

async function open(ledger: Ledger, opening: Opening, call: Call): Promise<void> {
  const { accountId } = opening;
  const reply = await ledger.execute(call, {
    decide: (state, moment) => {
      const idempotency = { caller: 'system', key: `open-${accountId}`, fingerprint: moment.sha256(accountId) };
      return decideOpenAccount(state, { idempotency, ...opening }, moment);
    },
  });
  const isOpen = reply.kind === 'answered' || (reply.kind === 'refused' && reply.refusal === 'account_exists');
  if (!isOpen) throw new Error(`${accountId} cannot be opened: ${JSON.stringify(reply)}`);
}
