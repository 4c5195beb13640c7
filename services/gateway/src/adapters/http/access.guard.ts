import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Allowance, type Budget, RateLimits, windowSeconds } from '../redis/rate-limits.ts';
import { type Principal, TokenChecker, type TokenRefusal } from '../tokens/token-checker.ts';
import { rememberCaller } from './caller.ts';
import { refuse, retryAfter } from './problems.ts';
import { isWrite, type RouteDefinition, routeMetadata } from './route.ts';

/** Health and metrics are for the platform itself; everything else says who may call it. */
const operational: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);
const visibleAscii = /^[\x21-\x7e]{1,128}$/;

/**
 * Who calls, how often, with which scope, and under which idempotency key: in this order, before a body is looked at.
 * A query where none is taken is refused here, because no schema will see it.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenChecker,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (operational.has(request.routeOptions.url ?? '')) return true;
    const route = this.reflector.get<RouteDefinition | undefined>(routeMetadata, context.getHandler());
    if (!route) throw refuse('not_found');
    const principal = route.access === 'public' ? undefined : await this.tokens.check(request.headers.authorization);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    await this.limit(route.budget ?? 'default', clientOf(principal, request.ip), reply);
    if (typeof principal === 'string') throw unauthenticated(principal);
    if (route.access !== 'public' && !route.access.some((scope) => principal?.scopes.has(scope))) {
      throw lacksScope(route.access);
    }
    rememberCaller(request, { principal, idempotencyKey: keyOf(request) });
    if (!route.takesQuery) refuseQuery(request.query);
    return true;
  }

  private async limit(budget: Budget, client: string, reply: FastifyReply): Promise<void> {
    const allowance = await this.limits.take(budget, client);
    reply.headers(rateHeaders(budget, allowance));
    if (!allowance.allowed) throw refuse('rate_limited', {}, retryAfter(allowance.resetMs));
  }
}

/** Whoever has no valid token is counted by address, so that guessing tokens is limited too. */
function clientOf(principal: Principal | TokenRefusal | undefined, address: string): string {
  return typeof principal === 'object' ? principal.caller : `address:${address}`;
}

/** As draft-ietf-httpapi-ratelimit-headers has them. */
function rateHeaders(budget: Budget, { limit, remaining, resetMs }: Allowance): Record<string, string> {
  return {
    'ratelimit-policy': `"${budget}";q=${limit};w=${windowSeconds}`,
    ratelimit: `"${budget}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`,
  };
}

function keyOf({ method, headers }: FastifyRequest): string | undefined {
  if (!isWrite(method)) return undefined;
  const key = headers['idempotency-key'];
  if (key === undefined || key === '') throw refuse('idempotency_key_missing');
  if (typeof key !== 'string' || !visibleAscii.test(key)) throw refuse('idempotency_key_invalid');
  return key;
}

function refuseQuery(query: unknown): void {
  const errors = Object.keys(query ?? {}).map((name) => ({ field: name.slice(0, 100), rule: 'unknown field' }));
  if (errors.length > 0) throw refuse('invalid_request', { errors });
}

function unauthenticated(code: TokenRefusal) {
  if (code === 'auth_unavailable') return refuse(code, {}, retryAfter(5_000));
  const challenge = code === 'token_missing' ? '' : `, error="invalid_token", error_description="${code}"`;
  return refuse(code, {}, { 'www-authenticate': `Bearer realm="ipe"${challenge}` });
}

function lacksScope(scopes: readonly string[]) {
  const scope = scopes.join(' ');
  return refuse(
    'insufficient_scope',
    { requiredScopes: scopes },
    { 'www-authenticate': `Bearer realm="ipe", error="insufficient_scope", scope="${scope}"` },
  );
}
