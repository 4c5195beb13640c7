import type { Metadata } from '@grpc/grpc-js';
import { GrpcMethod } from '@nestjs/microservices';
import type { GrpcCall } from './call-context.ts';
import type { LeaderLink, UnaryMethod } from './leader-link.ts';

/**
 * Serves the method of bank.transaction.v1.TransactionService that bears the same name: here, or, while another replica
 * leads, there. (An interceptor of Nest's would do the same, for a fifth of all that a transfer costs.)
 */
export function AtLeader() {
  return <Request, Response>(
    controller: Readonly<{ link: LeaderLink }>,
    name: UnaryMethod,
    descriptor: TypedPropertyDescriptor<(request: Request, metadata: Metadata, call: GrpcCall) => Promise<Response>>,
  ): void => {
    const serveHere = descriptor.value;
    if (!serveHere) throw new Error(`${name} is no method`);
    descriptor.value = function (this: typeof controller, request, metadata, call) {
      if (this.link.leadsElsewhere(metadata)) return this.link.forward(name, request, metadata, call);
      return serveHere.call(this, request, metadata, call);
    };
    GrpcMethod('TransactionService', name.charAt(0).toUpperCase() + name.slice(1))(controller, name, descriptor);
  };
}
