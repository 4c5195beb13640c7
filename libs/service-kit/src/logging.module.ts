import { type DynamicModule, RequestMethod } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';

const quiet = new Set(['/health/live', '/health/ready', '/metrics']);

/**
 * Health and metrics are asked for every few seconds by the platform itself. Under Fastify a middleware's url is what is
 * left of the path after the middleware's own: the whole is in originalUrl.
 */
export function asksForThePlatform({ url = '', originalUrl = url }: { url?: string; originalUrl?: string }): boolean {
  return quiet.has(originalUrl.split('?')[0] ?? '');
}

/** JSON lines on stdout; trace_id and span_id are added by the pino instrumentation. Bodies and headers are never logged. */
export function loggingModule(service: { name: string; logLevel: string }): DynamicModule {
  return LoggerModule.forRoot({
    // nestjs-pino's own default pattern matches nothing on Fastify: no request would be logged.
    forRoutes: [{ path: '*path', method: RequestMethod.ALL }],
    pinoHttp: {
      base: { service: service.name },
      level: service.logLevel,
      formatters: { level: (label: string) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      autoLogging: { ignore: asksForThePlatform },
      serializers: {
        req: (request: { id: unknown; method: string; url: string }) => ({
          id: request.id,
          method: request.method,
          // A query may hold an authorization code: the path alone is told.
          path: request.url.split('?')[0],
        }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
      },
    },
  });
}
