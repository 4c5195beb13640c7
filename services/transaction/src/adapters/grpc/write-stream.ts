import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type {
  StreamRequest,
  StreamResponse,
  Write,
  WriteResult,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { toServiceError } from '@ipe/service-kit/grpc-status';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { Logger } from '@nestjs/common';

/** Writes that a stream may have unanswered; one that sends more is not read until some are answered. */
const mostUnanswered = 8_192;

/**
 * Takes the writes of one call as they arrive: those that have come in the same turn are done together, and each is
 * answered when it is durable, in the order of arrival. A caller that does not read its answers is not read either.
 */
export class WriteStream {
  private readonly logger = new Logger(WriteStream.name);
  private arrived: StreamRequest[] = [];
  private unanswered = 0;
  private ended = false;
  private closed = false;
  /** Settles when all that was done so far is answered. */
  private answered: Promise<void> = Promise.resolve();

  constructor(
    private readonly call: ServerDuplexStream<StreamRequest, StreamResponse>,
    private readonly write: (writes: ReadonlyArray<Write | undefined>) => Promise<WriteResult[]>,
  ) {}

  open(): void {
    this.call.on('data', (request: StreamRequest) => this.take(request));
    this.call.on('end', () => {
      this.ended = true;
      this.endWhenAnswered();
    });
    // The caller hung up: what was taken is done all the same, and its keys tell.
    this.call.on('cancelled', () => this.close());
    this.call.on('error', () => this.close());
  }

  private take(request: StreamRequest): void {
    this.arrived.push(request);
    this.unanswered += 1;
    if (this.unanswered >= mostUnanswered) this.call.pause();
    if (this.arrived.length === 1) setImmediate(() => this.perform());
  }

  private perform(): void {
    const requests = this.arrived;
    this.arrived = [];
    const results = this.write(requests.map(({ write }) => write));
    // The next ones are taken while these wait for the store; their answers wait for these.
    this.answered = Promise.all([results, this.answered]).then(
      ([some]) => this.answer(requests, some),
      (error: unknown) => this.fail(error),
    );
  }

  private async answer(requests: readonly StreamRequest[], results: readonly WriteResult[]): Promise<void> {
    let room = true;
    for (const [at, { number }] of requests.entries()) {
      if (this.closed) return;
      room = this.call.write({ number, result: results[at] });
    }
    if (!room && !this.closed) await new Promise<void>((resolve) => this.call.once('drain', resolve));
    this.unanswered -= requests.length;
    if (this.unanswered < mostUnanswered) this.call.resume();
    this.endWhenAnswered();
  }

  private endWhenAnswered(): void {
    if (!this.ended || this.unanswered > 0 || this.closed) return;
    this.closed = true;
    this.call.end();
  }

  private fail(error: unknown): void {
    this.logger.error(error);
    if (this.closed) return;
    this.closed = true;
    const refusal = new GrpcRefusal({ code: status.INTERNAL, reason: 'internal', message: 'internal error' });
    this.call.emit('error', toServiceError(refusal));
  }

  private close(): void {
    this.closed = true;
    this.call.emit('drain');
  }
}
