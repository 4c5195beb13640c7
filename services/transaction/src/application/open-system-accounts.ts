import { systemAccountAt } from '@ipe/ledger/shard-of';
import { cents } from '@ipe/money/cents';
import { unboundedLimit } from '../domain/account.ts';
import { chartOfAccounts, systemAccountIds } from '../domain/chart-of-accounts.ts';
import { decideOpenAccount, type OpenAccount } from '../domain/decide-account.ts';
import { type TransitAccount, transitAccountId, transitAccounts } from '../domain/transit-accounts.ts';
import { type Call, type NotServed, unhurried } from './admission.ts';
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
  const unserved = await openMissing(ledger, openings, unhurried);
  if (unserved) throw new Error(`the bank's own accounts cannot be opened: ${unserved.why}`);
}

/**
 * Opens the accounts by which money of some assets comes to and goes from a shard, where they are not open yet. Answers
 * why they cannot be opened now; undefined when they are open.
 */
export async function openTransitAccounts(
  ledger: Ledger,
  shard: number,
  assets: Iterable<string>,
  call: Call,
): Promise<NotServed | undefined> {
  const kinds = Object.keys(transitAccounts) as TransitAccount[];
  const openings = [...assets].flatMap((currency) =>
    kinds.map((kind): Opening => {
      const { accountClass, limit } = transitAccounts[kind];
      return { accountId: transitAccountId(kind, currency, shard), accountClass, currency, limit };
    }),
  );
  return openMissing(ledger, openings, call);
}

async function openMissing(ledger: Ledger, openings: readonly Opening[], call: Call): Promise<NotServed | undefined> {
  const missing = ledger.peek((state) => openings.filter(({ accountId }) => !state.accounts.has(accountId)));
  if (missing?.length === 0) return undefined;
  const replies = await Promise.all((missing ?? openings).map((opening) => open(ledger, opening, call)));
  return replies.find((reply) => reply !== undefined);
}

async function open(ledger: Ledger, opening: Opening, call: Call): Promise<NotServed | undefined> {
  const { accountId } = opening;
  const reply = await ledger.execute(call, {
    decide: (state, moment) => {
      const idempotency = { caller: 'system', key: `open-${accountId}`, fingerprint: moment.sha256(accountId) };
      return decideOpenAccount(state, { idempotency, ...opening }, moment);
    },
  });
  if (reply.kind === 'unserved') return reply;
  const isOpen = reply.kind === 'answered' || reply.refusal === 'account_exists';
  if (!isOpen) throw new Error(`${accountId} cannot be opened: ${reply.refusal}`);
  return undefined;
}
