import type { Command } from './command.ts';
import { fill, partiesOf } from './decide-post-by-template.ts';
import { linesOf } from './decide-reverse.ts';
import type { LedgerView } from './ledger-state.ts';
import { templateOf } from './posting-templates.ts';
import { shardOf } from './shard-of.ts';
import { placeOf } from './transaction-id.ts';

/** What a write says of where it belongs: a command, or the request for one. */
export type Placed = Readonly<{
  transactionId?: string;
  fromAccountId?: string;
  accountId?: string;
  template?: string;
  accounts?: Readonly<Record<string, string>>;
  lines?: ReadonlyArray<{ accountId: string }> | undefined;
}>;

/**
 * The shard that decides a write: the one of the transaction that it is about, else of the account that gives, and of
 * a posting, of its first line's account or of its template's first party.
 */
export function homeOf(write: Placed, shards: number): number {
  if (shards === 1) return 0;
  if (write.transactionId !== undefined) return shardOfTransaction(write.transactionId, shards);
  return shardOf(
    write.fromAccountId ?? write.accountId ?? firstParty(write) ?? write.lines?.[0]?.accountId ?? '',
    shards,
  );
}

/** The shard that an id tells; of what is no id, 0: it is not found there either. */
export function shardOfTransaction(transactionId: string, shards: number): number {
  const shard = placeOf(transactionId)?.shard ?? 0;
  return shard < shards ? shard : 0;
}

function firstParty({ template = '', accounts }: Placed): string | undefined {
  const [party = ''] = partiesOf(templateOf(template) ?? { lines: [] });
  return accounts?.[party];
}

/** The accounts that a command is about, as far as the command alone tells; undefined when its transaction tells it. */
export function accountsNamed(command: Command): readonly string[] | undefined {
  switch (command.kind) {
    case 'transfer':
    case 'hold':
      return [command.fromAccountId, command.toAccountId];
    case 'post':
      return command.lines.map(({ accountId }) => accountId);
    case 'postByTemplate': {
      const template = templateOf(command.template);
      return template ? fill(template, command).map(({ accountId }) => accountId) : [];
    }
    case 'openAccount':
    case 'changeAccount':
      return [command.accountId];
    case 'void':
      return [];
    default:
      return undefined;
  }
}

/** The accounts of a transaction: those that a capture, a refund or a reversal of it may write. */
export function accountsOfTransaction({ transactions }: LedgerView, transactionId: string): readonly string[] {
  const transaction = transactions.get(transactionId);
  return transaction ? linesOf(transaction).map(({ accountId }) => accountId) : [];
}
