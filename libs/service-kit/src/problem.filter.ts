import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type Problem, problem } from './problem.ts';

type Reply = { status(code: number): Reply; header(name: string, value: string): Reply; send(body: unknown): unknown };

/** Thrown at an HTTP edge; leaves as application/problem+json. */
export class ProblemException extends HttpException {
  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem, problem.status);
  }
}

const codes: Readonly<Record<number, string>> = {
  400: 'malformed_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  503: 'unavailable',
};

/** RFC 9457: every error leaves as application/problem+json, and a bug tells nothing about itself. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const answer = this.toProblem(error);
    if (answer.status >= 500 && !(error instanceof HttpException)) this.logger.error(error);
    const reply = host.switchToHttp().getResponse<Reply>();
    for (const [name, value] of Object.entries(error instanceof ProblemException ? error.headers : {})) {
      reply.header(name, value);
    }
    reply.status(answer.status).header('content-type', 'application/problem+json').send(answer);
  }

  private toProblem(error: unknown): Problem {
    if (error instanceof ProblemException) return error.problem;
    const status = statusOf(error);
    if (status === undefined || status >= 600) return problem(500, 'internal', 'Internal Server Error');
    const message = error instanceof Error ? error.message : undefined;
    const code = codes[status] ?? (status < 500 ? 'malformed_request' : 'internal');
    return problem(status, code, titles[status] ?? 'Error', message && status !== 500 ? { detail: message } : {});
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Body too large',
  415: 'Unsupported media type',
  500: 'Internal Server Error',
  503: 'Unavailable',
};

/** Nest's exceptions and Fastify's own errors (body too large, malformed JSON) both carry a status. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return undefined;
}
