import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Book } from '../../application/ports.ts';
import { statementGaps } from './statement-metrics.ts';

const everyMs = 2_000;

/** Keeps the number of gaps told, whichever replica met them. */
export class GapGauge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(GapGauge.name);
  private timer: NodeJS.Timeout | undefined;
  private told = 0;

  constructor(private readonly book: Pick<Book, 'gaps'>) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), everyMs).unref();
    void this.look();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      const gaps = await this.book.gaps();
      statementGaps.set(gaps);
      if (gaps > this.told) this.logger.warn({ message: 'accounts wait for a missing entry', gaps });
      this.told = gaps;
    } catch (error) {
      this.logger.warn({ message: 'cannot count the gaps', error: String(error) });
    }
  }
}
