import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { refuse } from './problems.ts';

/**
 * A method that a path does not serve is 405 with the methods that it does serve, and not 404: the address was right.
 * Must be called before the routes are registered.
 */
export function refuseWrongMethods(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const methodsByPath = new Map<string, string[]>();
  fastify.addHook('onRoute', ({ url, method }) => {
    // Of what is served below a path, nobody knows here what there is.
    if (!url.includes('*')) methodsByPath.set(url, [...(methodsByPath.get(url) ?? []), method].flat());
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done();
    const [path = ''] = request.url.split('?');
    const allowed = [...methodsByPath].flatMap(([served, methods]) => (matches(served, path) ? methods : []));
    if (allowed.length === 0) return done();
    return done(refuse('method_not_allowed', {}, { allow: [...new Set(allowed)].sort().join(', ') }));
  });
}

/** served: as Fastify writes it, `/v1/cards/:cardId`. */
function matches(served: string, path: string): boolean {
  const [wanted, given] = [served.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part.startsWith(':') ? given[at] !== '' : part === given[at]))
  );
}
