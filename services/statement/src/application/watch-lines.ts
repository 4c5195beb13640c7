import { isPartialCapture } from '../domain/hold.ts';
import { type Line, linesOf } from '../domain/line.ts';
import { nowhere } from '../domain/position.ts';
import type { Book, Changes, News } from './ports.ts';

export type WatchedAccount = Readonly<{ accountId: string; afterSequence: bigint | undefined }>;

const entriesAtOnce = 100;

/**
 * Lines that are new or changed, in each account's own order, none lost and none twice. The cursor is a sequence:
 * hence entries beyond a gap wait until the missing ones have arrived, though ListLines shows them. A capture in part
 * changes two lines at once: who watches again from its sequence may have had but one of them, and gets both.
 */
export class WatchLines {
  constructor(
    private readonly book: Book,
    private readonly changes: Changes,
  ) {}

  /** Ends when `signal` aborts. `watching` is called once nothing that comes after it can be missed. */
  async *execute(watched: readonly WatchedAccount[], signal: AbortSignal, watching: () => void): AsyncGenerator<Line> {
    const accountIds = watched.map(({ accountId }) => accountId);
    const behind = watched.filter(({ afterSequence }) => afterSequence !== undefined);
    const changed = new ChangedAccounts(
      signal,
      behind.map(({ accountId }) => accountId),
    );
    const unsubscribe = this.changes.subscribe(accountIds, (news) => changed.add(news));
    try {
      const cursors = await this.startingPoints(watched);
      watching();
      for await (const [accountId, news] of changed) {
        let cursor = cursors.get(accountId) ?? 0n;
        if (news?.movements?.after === cursor) {
          for (const { entry, hold } of news.movements.all) yield* linesOf(entry, hold);
          cursors.set(accountId, news.sequence);
          continue;
        }
        const upTo = news?.sequence ?? (await this.sequenceOf(accountId));
        while (cursor < upTo && !signal.aborted) {
          const page = await this.book.movements(accountId, { after: cursor, upTo, atMost: entriesAtOnce });
          // A line that a later entry changed again is told with that entry, once.
          for (const { entry, hold } of page.movements) yield* linesOf(entry, hold);
          cursor = page.reached;
          cursors.set(accountId, cursor);
        }
      }
    } finally {
      unsubscribe();
    }
  }

  private async startingPoints(watched: readonly WatchedAccount[]): Promise<Map<string, bigint>> {
    const points = watched.map(async ({ accountId, afterSequence }): Promise<[string, bigint]> => {
      if (afterSequence === undefined) return [accountId, await this.sequenceOf(accountId)];
      const last = { after: afterSequence - 1n, upTo: afterSequence, atMost: 1 };
      const [told] = (await this.book.movements(accountId, last)).movements;
      return [accountId, told && isPartialCapture(told.entry) ? last.after : afterSequence];
    });
    return new Map(await Promise.all(points));
  }

  private async sequenceOf(accountId: string): Promise<bigint> {
    return (await this.book.positions([accountId])).get(accountId)?.sequence ?? nowhere.sequence;
  }
}

/**
 * Accounts to look at: at first these, then those that were told of, with the news of them; however often, it is one
 * look. Ends with its signal.
 */
class ChangedAccounts implements AsyncIterable<[accountId: string, news: News | undefined]> {
  private readonly waiting: Map<string, News | undefined>;
  private wake: () => void = () => undefined;

  constructor(
    private readonly signal: AbortSignal,
    accountIds: readonly string[],
  ) {
    this.waiting = new Map(accountIds.map((accountId) => [accountId, undefined]));
  }

  add(news: News): void {
    const { accountId } = news;
    this.waiting.set(accountId, this.waiting.has(accountId) ? joined(this.waiting.get(accountId), news) : news);
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<[string, News | undefined]> {
    const end = () => this.wake();
    this.signal.addEventListener('abort', end);
    try {
      while (!this.signal.aborted) {
        const [next] = this.waiting;
        if (next === undefined) {
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        } else {
          // Taken off before it is looked at: a change during the look makes another one.
          this.waiting.delete(next[0]);
          yield next;
        }
      }
    } finally {
      this.signal.removeEventListener('abort', end);
    }
  }
}

function joined(earlier: News | undefined, { movements, ...later }: News): News {
  if (!earlier?.movements || movements?.after !== earlier.sequence) return later;
  const all = [...earlier.movements.all, ...movements.all];
  // A watcher who reads slowly must not make it grow without end.
  return all.length > entriesAtOnce ? later : { ...later, movements: { ...earlier.movements, all } };
}
