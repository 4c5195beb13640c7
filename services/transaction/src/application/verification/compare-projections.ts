import { type Account, available } from '../../domain/account.ts';
import { accountAfter, type Entry } from '../../domain/entry.ts';
import type { Difference, RecordPlace } from '../../domain/verification/audit.ts';
import { firstOf } from '../../domain/verification/audit.ts';
import type { Journal, JournalCodec, Scheduler } from '../ports.ts';
import { readJournal } from '../read-journal.ts';
import type { JournalAudit } from './audit-journal.ts';
import type { Pace } from './pace.ts';
import type { ProjectedBalance, Projection, Told } from './ports.ts';

type Parts = Readonly<{
  projections: readonly Projection[];
  journal: Journal;
  codec: JournalCodec;
  pace: Pace;
  scheduler: Scheduler;
  /** How long a projection that lags may take to catch up. */
  waitMs: number;
  tell: (told: Told) => void;
}>;

export type Compared = Readonly<{
  /** Accounts found right, by projection. */
  same: Readonly<Record<string, number>>;
  /** Accounts that a projection does not know, and need not. */
  unknown: Readonly<Record<string, number>>;
  /** Accounts that were behind at first, and right once they had caught up. */
  lagged: number;
  difference?: Difference | undefined;
}>;

type Placed = Account & Pick<RecordPlace, 'batch' | 'record'>;
/** An account whose projection stood elsewhere than the walk's end. `from`: the sequence that it must reach. */
type Open = { projection: Projection; accountId: string; from: number; shown: ProjectedBalance; lagged: boolean };

const askedAtOnce = 16;
const againMs = 250;

/**
 * Compares every account with what the projections show of it, at the sequence that they show. The ledger moves on
 * meanwhile, and the walk with it; a projection that lags has `waitMs` to come to where the walk first ended.
 */
export async function compareProjections(audit: JournalAudit, parts: Parts): Promise<Compared> {
  const { projections, scheduler } = parts;
  const same = Object.fromEntries(projections.map(({ name }) => [name, 0]));
  const unknown = { ...same };
  let difference: Difference | undefined;
  let lagged = 0;
  const settle = (open: Open, account: Placed) => {
    const wrong = compare(audit.shard, open.projection, account, open.shown);
    difference = firstOf(difference, wrong);
    if (wrong) return;
    same[open.projection.name] = (same[open.projection.name] ?? 0) + 1;
    if (open.lagged) lagged += 1;
  };
  let open: Open[] = [];
  for await (const [projection, accountId, shown] of askAll(audit, parts)) {
    const head = audit.position.audit.accounts.get(accountId);
    if (!shown || !head) {
      unknown[projection.name] = (unknown[projection.name] ?? 0) + 1;
      continue;
    }
    const asked = { projection, accountId, from: head.sequence, shown, lagged: shown.sequence < head.sequence };
    if (shown.sequence === head.sequence) settle(asked, head);
    else open.push(asked);
  }
  const tail = new Tail(new Set(open.map(({ accountId }) => accountId)), audit);
  for (const deadline = scheduler.elapsed() + parts.waitMs; open.length > 0 && !difference; ) {
    // After the answers: an entry that a projection shows is in the journal already.
    const broken = await audit.toEnd(tail.take);
    if (broken) return { same, unknown, lagged, difference: broken };
    for (const one of open.filter(({ shown, from }) => shown.sequence >= from)) settle(one, tail.at(one));
    open = open.filter(({ shown, from }) => shown.sequence < from);
    if (open.length === 0 || scheduler.elapsed() >= deadline) break;
    await scheduler.wait(againMs);
    for (const one of open) one.shown = (await one.projection.read(one.accountId)) ?? one.shown;
  }
  if (open.length > 0 && !difference) difference = await behind(audit, open, parts);
  return { same, unknown, lagged, difference };
}

/** What the walk passes while it is waited for projections, of the accounts that are still open. */
class Tail {
  private readonly passed = new Map<string, Placed[]>();

  constructor(
    wanted: ReadonlySet<string>,
    private readonly audit: JournalAudit,
  ) {
    const { accounts } = audit.position.audit;
    for (const accountId of wanted) {
      const head = accounts.get(accountId);
      if (head) this.passed.set(accountId, [head]);
    }
  }

  readonly take = (entry: Entry, { batch, record }: RecordPlace): void => {
    const of = this.passed.get(entry.accountId);
    const last = of?.at(-1);
    if (of && last) of.push({ ...accountAfter(last, entry), batch, record });
  };

  /** The account at the sequence that its projection shows, or as it is now where the journal has no such entry. */
  at({ accountId, shown }: Open): Placed {
    const at = this.passed.get(accountId)?.find(({ sequence }) => sequence === shown.sequence);
    const account = at ?? this.audit.position.audit.accounts.get(accountId);
    if (!account) throw new Error(`account ${accountId} was audited, and is gone`);
    return account;
  }
}

async function* askAll(
  audit: JournalAudit,
  { projections, scheduler, tell }: Parts,
): AsyncGenerator<readonly [Projection, string, ProjectedBalance | undefined]> {
  const accounts = audit.accountIds;
  const begun = scheduler.elapsed();
  for (let at = 0; at < accounts.length; at += askedAtOnce) {
    const some = accounts.slice(at, at + askedAtOnce);
    const asked = some.flatMap((accountId) => projections.map((projection) => ({ projection, accountId })));
    const shown = await Promise.all(asked.map(({ projection, accountId }) => projection.read(accountId)));
    for (const [index, { projection, accountId }] of asked.entries()) yield [projection, accountId, shown[index]];
    const done = at + some.length;
    const perSecond = (done / Math.max(1, scheduler.elapsed() - begun)) * 1_000;
    tell({ what: `shard ${audit.shard}: accounts compared`, done, all: accounts.length, unit: 'accounts', perSecond });
  }
}

function compare(shard: number, projection: Projection, account: Placed, shown: ProjectedBalance) {
  const { accountId, batch, record, sequence, posted, held, limit, status } = account;
  const expected = { posted, held, limit, available: available(account), status };
  const wrong = (field: string, its: unknown, found: unknown): Difference => ({
    ...{
      shard,
      batch,
      record,
      account: accountId,
      field: `${field} in ${projection.name}, at entry ${shown.sequence}`,
    },
    ...{ expected: String(its), found: String(found) },
  });
  if (shown.sequence !== sequence) return wrong('sequence', `at most ${sequence}`, shown.sequence);
  for (const field of ['posted', 'held', 'limit', 'available', 'status'] as const) {
    const found = shown.values[field];
    if (found !== undefined && found !== expected[field]) return wrong(field, expected[field], found);
  }
  return undefined;
}

/** Still behind: the first whose values are wrong even there, or else the first that is behind. One more read of the journal. */
async function behind(audit: JournalAudit, open: readonly Open[], parts: Parts): Promise<Difference | undefined> {
  const { shard } = audit;
  const wanted = Map.groupBy(open, ({ accountId }) => accountId);
  for await (const batch of readJournal(parts.journal, parts.codec, shard, 1)) {
    await parts.pace.spent(batch.bytes.length);
    for (const [record, { change }] of batch.records.entries()) {
      if (change.kind === 'cancelled') continue;
      for (const entry of change.entries) {
        for (const { projection, shown } of wanted.get(entry.accountId) ?? []) {
          if (entry.sequence !== shown.sequence) continue;
          const account = { ...entry, accountClass: 'LIABILITY', currency: '' } as const;
          const wrong = compare(shard, projection, { ...account, batch: batch.header.sequence, record }, shown);
          if (wrong) return wrong;
        }
      }
    }
  }
  const late = open.map(({ projection, accountId, from, shown }): Difference => {
    const head = audit.position.audit.accounts.get(accountId);
    const place = { shard, batch: head?.batch ?? 0, record: head?.record ?? 0 };
    const field = `sequence in ${projection.name}, after ${parts.waitMs / 1_000} s of waiting`;
    return { ...place, account: accountId, field, expected: `${from} or more`, found: `${shown.sequence}` };
  });
  return late.reduce<Difference | undefined>((first, one) => firstOf(first, one), undefined);
}
