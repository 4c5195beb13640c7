import { status } from '@grpc/grpc-js';
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import { toServiceError } from './grpc-status.ts';
import { GrpcRefusal } from './refusal.ts';
import { isUnreachable } from './unreachable.ts';

/**
 * Every error leaves a gRPC edge here: a refusal with its details, a store that is away as UNAVAILABLE
 * (store_unavailable: the caller repeats under the same key), a bug as INTERNAL that tells nothing about itself.
 */
@Catch()
export class GrpcErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(GrpcErrorFilter.name);

  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => toServiceError(this.toRefusal(error)));
  }

  private toRefusal(error: unknown): GrpcRefusal {
    if (error instanceof GrpcRefusal) return error;
    if (isUnreachable(error)) {
      this.logger.warn({ message: 'the store does not answer', error: String(error) });
      return new GrpcRefusal({
        code: status.UNAVAILABLE,
        reason: 'store_unavailable',
        message: 'the store does not answer',
        retryAfterMs: 1_000,
      });
    }
    this.logger.error(error);
    return new GrpcRefusal({ code: status.INTERNAL, reason: 'internal', message: 'internal error' });
  }
}
