import { transitAccountId } from '../../domain/transit-accounts.ts';
import { type Difference, firstOf } from '../../domain/verification/audit.ts';
import type { Scheduler } from '../ports.ts';
import { type AuditParts, JournalAudit } from './audit-journal.ts';
import { checkSpilled } from './check-spilled.ts';
import { type Compared, compareProjections } from './compare-projections.ts';
import type { AuditDesk, Projection, Told } from './ports.ts';
import { lastSequence } from './search-journal.ts';

export type VerifyParts = Omit<AuditParts, 'desk'> &
  Readonly<{
    desk: (shard: number) => AuditDesk;
    scheduler: Scheduler;
    projections: readonly Projection[];
    waitMs: number;
    tell: (told: Told) => void;
    /** Aborted: the walk is saved where it is, and ends. */
    stopping: AbortSignal;
  }>;

export type ShardSummary = Readonly<{
  shard: number;
  batches: number;
  records: number;
  entries: number;
  accounts: number;
  keys: number;
  transactions: number;
  /** By asset: what is in transit from here, and what other shards owe. Over all shards zero, but for what is under way. */
  transit: ReadonlyMap<string, bigint>;
  compared: Compared;
}>;

export type Verified =
  | Readonly<{ kind: 'right'; shards: readonly ShardSummary[] }>
  | Readonly<{ kind: 'wrong'; difference: Difference }>
  | Readonly<{ kind: 'stopped' }>;

const saveEveryMs = 30_000;
/** Saving writes every account down: it may take a tenth of the time. */
const saveShare = 10;

/**
 * Verifies shard after shard, and stops at the first difference. resume: goes on where a run before was saved; after one
 * that found all right, only what has come since is audited.
 */
export async function verifyLedger(shards: readonly number[], resume: boolean, parts: VerifyParts): Promise<Verified> {
  const summaries: ShardSummary[] = [];
  const sums = new Map<string, bigint>();
  for (const shard of shards) {
    const desk = parts.desk(shard);
    if (!resume) await desk.clear();
    const audit = new JournalAudit(shard, { ...parts, desk });
    await audit.resume();
    const verified = await verifyShard(audit, desk, parts);
    if (verified.kind !== 'right') return verified;
    summaries.push(verified.summary);
    for (const [currency, sum] of audit.position.audit.sums) sums.set(currency, (sums.get(currency) ?? 0n) + sum);
  }
  for (const [currency, sum] of sums) {
    const found = { shard: 0, batch: 0, field: `sum of all ${currency}`, expected: '0', found: `${sum}` };
    if (sum !== 0n) return { kind: 'wrong', difference: found };
  }
  return { kind: 'right', shards: summaries };
}

async function verifyShard(audit: JournalAudit, desk: AuditDesk, parts: VerifyParts) {
  const walked = await walk(audit, parts);
  if (walked === 'stopped') return { kind: 'stopped' } as const;
  const spilled = await checkSpilled(audit, { ...parts, desk });
  // What was set aside may tell of something that lies before the place where the walk ended.
  const difference = firstOf(walked, spilled.difference) ?? sumOfBalances(audit);
  if (difference) return { kind: 'wrong', difference } as const;
  await audit.save();
  const { batch: batches, audit: state } = audit.position;
  const counted = { records: state.records, entries: state.entries, accounts: state.accounts.size };
  const compared = await compareProjections(audit, parts);
  if (compared.difference) return { kind: 'wrong', difference: compared.difference } as const;
  const { keys, transactions } = spilled;
  const { shard } = audit;
  const transit = transitIn(audit);
  return { kind: 'right', summary: { shard, batches, ...counted, keys, transactions, transit, compared } } as const;
}

function transitIn(audit: JournalAudit): ReadonlyMap<string, bigint> {
  const transit = new Map<string, bigint>();
  for (const { accountId, currency, posted } of audit.position.audit.accounts.values()) {
    const isUnderWay = (['in-transit', 'between-shards'] as const).some(
      (account) => accountId === transitAccountId(account, currency, audit.shard),
    );
    if (isUnderWay) transit.set(currency, (transit.get(currency) ?? 0n) + posted);
  }
  return transit;
}

async function walk(audit: JournalAudit, parts: VerifyParts): Promise<Difference | 'stopped' | undefined> {
  const { scheduler, tell, stopping } = parts;
  const all = await lastSequence({ ...parts, shard: audit.shard });
  const begun = scheduler.elapsed();
  const from = audit.position.batch;
  let saveAt = begun + saveEveryMs;
  for (;;) {
    const page = await audit.next();
    if (page === 'end') return undefined;
    if (page.difference) return page.difference;
    const now = scheduler.elapsed();
    const done = audit.position.batch;
    const perSecond = ((done - from) / Math.max(1, now - begun)) * 1_000;
    tell({ what: `shard ${audit.shard}: journal audited`, done, all: Math.max(all, done), unit: 'batches', perSecond });
    if (now < saveAt && !stopping.aborted) continue;
    await audit.save();
    if (stopping.aborted) return 'stopped';
    const saved = scheduler.elapsed();
    saveAt = saved + Math.max(saveEveryMs, saveShare * (saved - now));
  }
}

/** The balances themselves, beside the amounts that made them. */
function sumOfBalances(audit: JournalAudit): Difference | undefined {
  const sums = new Map<string, bigint>();
  for (const { currency, posted } of audit.position.audit.accounts.values()) {
    sums.set(currency, (sums.get(currency) ?? 0n) + posted);
  }
  for (const [currency, sum] of sums) {
    if (sum === 0n) continue;
    return { shard: audit.shard, batch: 0, field: `sum of ${currency} balances`, expected: '0', found: `${sum}` };
  }
  return undefined;
}
