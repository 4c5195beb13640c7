import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problem } from '@ipe/service-kit/problem';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import { problemOf, refuse } from './problems.ts';
import { repeatedKey } from './repeated-key.ts';
import { fieldName } from './schema.pipe.ts';

const seconds = new Histogram({
  name: 'http_request_seconds',
  help: 'Time from a request to its answer, by method, route and status.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

const acceptableId = /^[A-Za-z0-9._-]{1,64}$/;

/** An id that the caller chose is kept, so that its logs and ours tell of the same request. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && acceptableId.test(given) ? given : randomUUID();
}

/** Fastify's own options. */
export function httpOptions(trustedProxies: readonly string[]): NonNullable<ServiceOptions['http']> {
  return {
    bodyLimit: 64 * 1024,
    genReqId: (request) => requestId(request as IncomingMessage),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // Idle keep-alive connections end with the service; those with a request under way finish it.
    forceCloseConnections: 'idle',
    clientErrorHandler: answerMalformedHttp,
    // What the router itself refuses, such as a malformed URL, meets no filter.
    frameworkErrors: (error, request, reply) => {
      const status = error.statusCode ?? 400;
      const answer = status === 400 ? problemOf('malformed_request') : problem(status, 'malformed_request', 'Refused');
      void (reply as FastifyReply)
        .status(answer.status)
        .header('content-type', 'application/problem+json')
        .header('x-request-id', request.id)
        .send({ ...answer, requestId: request.id });
    },
  };
}

const parserRefusals: Readonly<Record<string, [status: number, code: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout'],
};

/** What is not HTTP meets no router: it is answered on the bare connection, which then ends. */
function answerMalformedHttp({ code = '' }: Error & { code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, name] = parserRefusals[code] ?? [400, 'malformed_request'];
  const requestId = randomUUID();
  const title = STATUS_CODES[status] ?? 'Refused';
  const body = JSON.stringify({ ...problem(status, name, title), requestId });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'cache-control: no-store',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** JSON and nothing else: an unknown kind of body is 415, a broken one 400. */
export function acceptJsonOnly(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  app.useBodyParser('application/json', { bodyLimit: 64 * 1024 }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    const text = utf8(body);
    if (text === undefined) return done(refuse('malformed_json'));
    return parseJson(request as FastifyRequest, text, (error, parsed) => {
      if (error) return done(refuse('malformed_json'));
      const repeated = repeatedKey(text);
      if (!repeated) return done(null, parsed);
      const field = fieldName(repeated).slice(0, 100);
      return done(refuse('malformed_json', { errors: [{ field, rule: 'must not be given twice' }] }));
    });
  });
  // Nest would accept forms too.
  app.useBodyParser('application/x-www-form-urlencoded', {}, (_request, _body, done) =>
    done(refuse('unsupported_media_type')),
  );
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Undefined for bytes that are no UTF-8: replaced, they would be stored as another text than was sent. */
function utf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function addRequestHooks(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    // Nothing of a bank belongs into a cache, card numbers least of all.
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
}
