import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Write } from '../../application/ports.ts';
import type { Principal } from '../tokens/token-checker.ts';
import { refuse } from './problems.ts';

/** What the access guard found out about a request. */
export type Caller = { principal: Principal | undefined; idempotencyKey: string | undefined };

const callers = new WeakMap<FastifyRequest, Caller>();

export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

function callerOf(context: ExecutionContext): Caller {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error('a handler ran without the access guard');
  return caller;
}

function principalOf(context: ExecutionContext): Principal {
  const { principal } = callerOf(context);
  if (!principal) throw new Error('a public handler asks who calls');
  return principal;
}

/** The token's principal. */
export const Authenticated = createParamDecorator((_: unknown, context: ExecutionContext) => principalOf(context));

/** The customer's id; another kind of token is refused. */
export const CustomerId = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { kind, id } = principalOf(context);
  if (kind !== 'customer') throw refuse('customers_only');
  return id;
});

/** Caller and idempotency key of a write. */
export const AsWrite = createParamDecorator((_: unknown, context: ExecutionContext): Write => {
  return { caller: principalOf(context).caller, idempotencyKey: keyOf(context) };
});

/** The idempotency key alone, where nobody is signed in. */
export const Key = createParamDecorator((_: unknown, context: ExecutionContext) => keyOf(context));

function keyOf(context: ExecutionContext): string {
  const { idempotencyKey } = callerOf(context);
  if (idempotencyKey === undefined) throw new Error('a read asks for an idempotency key');
  return idempotencyKey;
}
