import { once } from 'node:events';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { WatchLinesRequest, WatchLinesResponse } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Line } from '../../domain/line.ts';
import { statementWatchers } from '../metrics/statement-metrics.ts';
import { lineMessage } from './messages.ts';

export type WatchCall = Pick<
  ServerWritableStream<WatchLinesRequest, WatchLinesResponse>,
  'writableNeedDrain' | 'on' | 'off'
> &
  NodeJS.EventEmitter;

/** The open streams: how many there may be, and their end when the service stops. */
@Injectable()
export class Watchers implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private open = 0;

  constructor(private readonly atMost: number) {}

  /**
   * Runs `lines` while its client listens, no faster than the client reads.
   * Throws RESOURCE_EXHAUSTED where too many are open.
   */
  stream(call: WatchCall, lines: (signal: AbortSignal) => AsyncGenerator<Line>): Observable<WatchLinesResponse> {
    if (this.open >= this.atMost) throw tooManyWatchers();
    return new Observable((subscriber) => {
      const gone = new AbortController();
      const signal = AbortSignal.any([gone.signal, this.stopping.signal]);
      this.count(1);
      const run = async () => {
        for await (const line of lines(signal)) {
          subscriber.next({ line: lineMessage(line) });
          if (call.writableNeedDrain) await once(call, 'drain', { signal });
        }
        if (this.stopping.signal.aborted) throw stopped();
      };
      run()
        .catch((error: unknown) => subscriber.error(this.stopping.signal.aborted ? stopped() : error))
        .finally(() => this.count(-1));
      return () => gone.abort();
    });
  }

  /** Before the server closes: it would wait for the streams for ever. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  private count(change: 1 | -1): void {
    this.open += change;
    statementWatchers.inc(change);
  }
}

function tooManyWatchers(): GrpcRefusal {
  return new GrpcRefusal({
    code: status.RESOURCE_EXHAUSTED,
    reason: 'too_many_watchers',
    message: 'too many streams are open',
    retryAfterMs: 5_000,
  });
}

function stopped(): GrpcRefusal {
  return new GrpcRefusal({
    code: status.UNAVAILABLE,
    reason: 'stopping',
    message: 'the service stops; watch again from the last sequence',
    retryAfterMs: 500,
  });
}
