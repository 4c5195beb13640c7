import { problem } from '@ipe/service-kit/problem';
import { ProblemException } from '@ipe/service-kit/problem.filter';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refused } from '../../application/refused.ts';
import { neighbourProblem } from './neighbour-problem.ts';
import { type ProblemCode, refuse, retryAfter } from './problems.ts';

const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed_request',
  404: 'not_found',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

/** RFC 9457: every error of the API leaves here, with the request's id; a bug tells nothing about itself. */
@Catch()
export class ApiProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ApiProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { problem: answer, headers } = this.toProblem(error);
    reply
      .status(answer.status)
      .headers(headers)
      .header('content-type', 'application/problem+json')
      .send({ ...answer, requestId: http.getRequest<FastifyRequest>().id });
  }

  private toProblem(error: unknown): ProblemException {
    if (error instanceof ProblemException) return error;
    if (error instanceof GrpcRefusal) {
      const told = neighbourProblem(error);
      if (told.problem.status === 502) this.logger.error(`a service failed: ${error.code} ${error.reason}`);
      return told;
    }
    if (error instanceof Refused) {
      return refuse(error.refusal, {}, error.refusal === 'too_many_streams' ? retryAfter(5_000) : {});
    }
    const status = statusOf(error);
    const code = status === undefined ? undefined : byStatus[status];
    if (code)
      return refuse(code, code === 'malformed_request' && error instanceof Error ? { detail: error.message } : {});
    if (status === 503) return new ProblemException(problem(503, 'unavailable', 'Unavailable'), retryAfter(1_000));
    if (status !== undefined && status < 500)
      return new ProblemException(problem(status, 'malformed_request', 'Refused'));
    this.logger.error(error);
    return refuse('internal');
  }
}

/** Nest's exceptions and Fastify's own errors (body too large, unknown media type) both carry a status. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
