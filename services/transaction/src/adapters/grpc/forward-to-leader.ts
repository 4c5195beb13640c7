import type { Metadata } from '@grpc/grpc-js';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { from, type Observable } from 'rxjs';
import type { GrpcCall } from './call-context.ts';
import { LeaderLink, type UnaryMethod } from './leader-link.ts';

/** Passes calls on while another replica leads. Handlers bear the names of the methods that they serve. */
@Injectable()
export class ForwardToLeader implements NestInterceptor {
  constructor(private readonly link: LeaderLink) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const [request, metadata, call] = context.getArgs<[unknown, Metadata, GrpcCall]>();
    if (!this.link.leadsElsewhere(metadata)) return next.handle();
    return from(this.link.forward(context.getHandler().name as UnaryMethod, request, metadata, call));
  }
}
