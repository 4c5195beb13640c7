import { status } from '@grpc/grpc-js';
import { toServiceError } from '@ipe/service-kit/grpc-status';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { Catch, Logger, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import { Unavailable } from '../../application/ports.ts';

/** A store, a vault or a card under contention: the caller may try the same call again. */
@Catch(Unavailable)
export class UnavailableFilter implements RpcExceptionFilter<Unavailable> {
  private readonly logger = new Logger(UnavailableFilter.name);

  catch(error: Unavailable): Observable<never> {
    this.logger.warn(error);
    const { reason } = error;
    const message = `${reason.replaceAll('_', ' ')}; the same call may succeed later`;
    const refusal = new GrpcRefusal({ code: status.UNAVAILABLE, reason, message, retryAfterMs: 1_000 });
    return throwError(() => toServiceError(refusal));
  }
}
