import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Line } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { advanceCursor, type StreamCursor } from '../domain/stream-cursor.ts';
import type { AccountOwnership } from './account-ownership.ts';
import type { ListAccounts } from './list-accounts.ts';
import type { Statements } from './ports.ts';
import { present, Refused } from './refused.ts';

const maxAccounts = 20;
const reopenAfterMs = 500;

/** accountId: absent for all of the customer's. resumeFrom: the cursor of the last line that the listener has. */
export type Watch = { customerId: string; accountId: string | undefined; resumeFrom: StreamCursor | undefined };

export type WatchedLine = { line: Line; cursor: StreamCursor };

/** Tells a customer each new or changed line of their statement, from a cursor on, without a gap. */
export class WatchStatement {
  constructor(
    private readonly statements: Statements,
    private readonly listAccounts: ListAccounts,
    private readonly ownership: AccountOwnership,
    /** How often accounts that were opened meanwhile are looked for. */
    private readonly refreshMs: number,
  ) {}

  /** Where the stream begins: the listener's cursor, else now. Refusals are told here, before anything is streamed. */
  async begin(watch: Watch): Promise<StreamCursor> {
    const accountIds = await this.accountIds(watch);
    if (accountIds.length > maxAccounts) throw new Refused('too_many_accounts');
    const { resumeFrom } = watch;
    const entries = accountIds.map(async (accountId): Promise<[string, bigint]> => {
      const resumed = resumeFrom?.get(accountId);
      // An account that the listener did not know of yet is told from its first line.
      if (resumeFrom) return [accountId, resumed ?? 0n];
      return [accountId, await this.position(accountId)];
    });
    return new Map(await Promise.all(entries));
  }

  /** Lines from the cursor on, until the signal aborts. Follows a restart of statement and newly opened accounts. */
  async *lines(watch: Watch, from: StreamCursor, signal: AbortSignal): AsyncGenerator<WatchedLine> {
    let cursor = from;
    while (!signal.aborted) {
      const changed = new AbortController();
      const either = AbortSignal.any([signal, changed.signal]);
      const opened = this.whenAccountsOpen(watch, cursor, either);
      // Its failure is told where it is awaited, below.
      opened.then(
        () => changed.abort(),
        () => changed.abort(),
      );
      try {
        for await (const { line } of this.watch(cursor, either)) {
          const known = present(line, 'the line');
          cursor = advanceCursor(cursor, known.accountId, known.sequence);
          yield { line: known, cursor };
        }
      } catch (error) {
        if (!isInterruption(error)) throw error;
      } finally {
        changed.abort();
      }
      const added = (await opened) ?? [];
      cursor = new Map([...added.map((id): [string, bigint] => [id, 0n]), ...cursor]);
      if (added.length === 0) await pause(reopenAfterMs, signal);
    }
  }

  private watch(cursor: StreamCursor, signal: AbortSignal) {
    if (cursor.size === 0) return nothingUntil(signal);
    const accounts = [...cursor].map(([accountId, afterSequence]) => ({ accountId, afterSequence }));
    return this.statements.watchLines({ accounts }, signal);
  }

  private async accountIds({ customerId, accountId }: Watch): Promise<string[]> {
    if (accountId !== undefined) {
      await this.ownership.require(customerId, accountId);
      return [accountId];
    }
    const { accounts } = await this.listAccounts.run(customerId, { pageSize: maxAccounts + 1, pageToken: '' });
    return accounts.map((account) => account.accountId);
  }

  private async position(accountId: string): Promise<bigint> {
    try {
      return (await this.statements.getPosition({ accountId })).position?.sequence ?? 0n;
    } catch (error) {
      if (error instanceof GrpcRefusal && error.code === status.NOT_FOUND) return 0n;
      throw error;
    }
  }

  /** The accounts that the cursor lacks, as soon as there are any; undefined when the signal came first. */
  private async whenAccountsOpen(watch: Watch, cursor: StreamCursor, signal: AbortSignal) {
    while (watch.accountId === undefined && cursor.size < maxAccounts) {
      await pause(this.refreshMs, signal);
      if (signal.aborted) return undefined;
      const opened = (await this.accountIdsNow(watch)).filter((id) => !cursor.has(id));
      if (opened.length > 0) return opened.slice(0, maxAccounts - cursor.size);
    }
    return untilAborted(signal);
  }

  /** While account is down, what is known stays. */
  private async accountIdsNow(watch: Watch): Promise<string[]> {
    try {
      return await this.accountIds(watch);
    } catch (error) {
      if (error instanceof GrpcRefusal) return [];
      throw error;
    }
  }
}

/** What ends a stream without being anybody's fault: the neighbour restarts, or we ended it. */
function isInterruption(error: unknown): boolean {
  return (
    error instanceof GrpcRefusal &&
    [status.UNAVAILABLE, status.CANCELLED, status.DEADLINE_EXCEEDED, status.INTERNAL].includes(error.code)
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function untilAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Somebody without an account has no lines, and may open one meanwhile. */
async function* nothingUntil(signal: AbortSignal): AsyncGenerator<never> {
  await untilAborted(signal);
  yield* [];
}
