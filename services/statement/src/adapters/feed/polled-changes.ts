import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Book, Changes, type News, type SequencePlace } from '../../application/ports.ts';

type Watched = { listeners: Set<(news: News) => void>; sequence: bigint | undefined };

/**
 * What this process writes wakes its watchers at once; what another replica writes is found by looking, every `everyMs`,
 * whether a watched account has an entry after those known.
 */
export class PolledChanges extends Changes implements OnApplicationShutdown {
  private readonly logger = new Logger(PolledChanges.name);
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly book: Pick<Book, 'positions' | 'movedOn'>,
    private readonly everyMs: number,
  ) {
    super();
  }

  override tell(all: Iterable<News>): void {
    for (const news of all) {
      const watched = this.watched.get(news.accountId);
      if (!watched) continue;
      watched.sequence = news.sequence;
      for (const changed of watched.listeners) changed(news);
    }
  }

  override subscribe(accountIds: readonly string[], changed: (news: News) => void): () => void {
    for (const accountId of accountIds) {
      const watched = this.watched.get(accountId) ?? { listeners: new Set(), sequence: undefined };
      watched.listeners.add(changed);
      this.watched.set(accountId, watched);
    }
    this.schedule();
    return () => {
      for (const accountId of accountIds) {
        const watched = this.watched.get(accountId);
        watched?.listeners.delete(changed);
        if (watched?.listeners.size === 0) this.watched.delete(accountId);
      }
    };
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.watched.clear();
  }

  /** One look after the other, and none while nobody watches. */
  private schedule(): void {
    if (this.timer || this.watched.size === 0) return;
    this.timer = setTimeout(() => void this.look(), this.everyMs);
  }

  private async look(): Promise<void> {
    try {
      const known: SequencePlace[] = [];
      const unknown: string[] = [];
      for (const [accountId, { sequence }] of this.watched) {
        if (sequence === undefined) unknown.push(accountId);
        else known.push({ accountId, sequence });
      }
      const moved = await this.book.movedOn(known);
      const positions = await this.book.positions([...unknown, ...moved]);
      this.tell([...positions].map(([accountId, { sequence }]) => ({ accountId, sequence })));
    } catch (error) {
      this.logger.warn({ message: 'cannot look for changes; trying again', error: String(error) });
    }
    this.timer = undefined;
    this.schedule();
  }
}
