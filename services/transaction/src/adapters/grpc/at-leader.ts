import type { Metadata } from '@grpc/grpc-js';
import { GrpcMethod } from '@nestjs/microservices';
import type { Placed } from '../../domain/home-of.ts';
import type { GrpcCall } from './call-context.ts';
import type { UnaryMethod } from './leader-link.ts';
import type { Shards } from './shards.ts';

/**
 * Serves the method of bank.transaction.v1.TransactionService that bears the same name: here, or, while another replica
 * leads the shard that the request belongs to, there. (An interceptor of Nest's would do the same, for a fifth of all
 * that a transfer costs.)
 */
export function AtLeader() {
  return <Request extends Placed, Response>(
    controller: Readonly<{ shards: Shards }>,
    name: UnaryMethod,
    descriptor: TypedPropertyDescriptor<(request: Request, metadata: Metadata, call: GrpcCall) => Promise<Response>>,
  ): void => {
    const serveHere = descriptor.value;
    if (!serveHere) throw new Error(`${name} is no method`);
    descriptor.value = function (this: typeof controller, request, metadata, call) {
      const serve = () => serveHere.call(this, request, metadata, call);
      return this.shards.serve(this.shards.homeOf(request), name, request, metadata, call, serve);
    };
    served(name)(controller, name, descriptor);
  };
}

/** Serves the method of the same name without asking who leads: it is about more shards than one, or finds out itself. */
export function AtAnyReplica() {
  return (controller: object, name: UnaryMethod, descriptor: PropertyDescriptor): void =>
    served(name)(controller, name, descriptor);
}

function served(name: UnaryMethod) {
  return GrpcMethod('TransactionService', name.charAt(0).toUpperCase() + name.slice(1)) as (
    controller: object,
    name: string,
    descriptor: PropertyDescriptor,
  ) => void;
}
