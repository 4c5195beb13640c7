import { homeOf as homeAnywhere, type Placed as PlacedAnywhere } from '@ipe/ledger/home-of';
import { shardOf } from '@ipe/ledger/shard-of';
import type { Command } from './command.ts';
import type { CardFinding } from './decide-authorize.ts';
import { fill, partiesOf } from './decide-post-by-template.ts';
import { linesOf } from './decide-reverse.ts';
import type { LedgerView } from './ledger-state.ts';
import { templateOf } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';

/** What a write says of where it belongs: a command, or the request for one. */
export type Placed = PlacedAnywhere &
  Readonly<{
    template?: string;
    accounts?: Readonly<Record<string, string>>;
  }>;

/** The shard that decides a write: as everywhere, and of a posting by template, the one of its first party. */
export function homeOf(write: Placed, shards: number): number {
  return homeAnywhere(write, shards) ?? shardOf(firstParty(write) ?? '', shards);
}

/** Of a purchase by card: the payer's; of a card that is none, the key's own. Undefined: whose it is cannot be known now. */
export function homeOfPurchase(
  { caller, key }: IdempotencyScope,
  { accountId, verdict }: CardFinding,
  shards: number,
): number | undefined {
  if (accountId !== '') return shardOf(accountId, shards);
  return verdict === 'card_state_unknown' ? undefined : shardOf(`${caller} ${key}`, shards);
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
