import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Book, Changes } from '../../application/ports.ts';

type Watched = { listeners: Set<(accountId: string) => void>; sequence: bigint | undefined };

/**
 * What this process writes wakes its watchers at once; what another replica writes is found by looking at the positions
 * of all watched accounts together, every `everyMs`.
 */
export class PolledChanges extends Changes implements OnApplicationShutdown {
  private readonly logger = new Logger(PolledChanges.name);
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly book: Pick<Book, 'positions'>,
    private readonly everyMs: number,
  ) {
    super();
  }

  override tell(accountIds: Iterable<string>): void {
    for (const accountId of accountIds) {
      for (const changed of this.watched.get(accountId)?.listeners ?? []) changed(accountId);
    }
  }

  override subscribe(accountIds: readonly string[], changed: (accountId: string) => void): () => void {
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
      const positions = await this.book.positions([...this.watched.keys()]);
      for (const [accountId, { value }] of positions) {
        const watched = this.watched.get(accountId);
        if (!watched || watched.sequence === value.sequence) continue;
        watched.sequence = value.sequence;
        this.tell([accountId]);
      }
    } catch (error) {
      this.logger.warn({ message: 'cannot look for changes; trying again', error: String(error) });
    }
    this.timer = undefined;
    this.schedule();
  }
}
