import { status } from '@grpc/grpc-js';
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import { toServiceError } from './grpc-status.ts';
import { GrpcRefusal } from './refusal.ts';

/** Every error leaves a gRPC edge here: a refusal with its details, a bug as INTERNAL that tells nothing about itself. */
@Catch()
export class GrpcErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(GrpcErrorFilter.name);

  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => toServiceError(this.toRefusal(error)));
  }

  private toRefusal(error: unknown): GrpcRefusal {
    if (error instanceof GrpcRefusal) return error;
    this.logger.error(error);
    return new GrpcRefusal({ code: status.INTERNAL, reason: 'internal', message: 'internal error' });
  }
}
