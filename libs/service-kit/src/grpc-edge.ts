import type { Server, ServiceDefinition } from '@grpc/grpc-js';
import type { INestApplication } from '@nestjs/common';
import { type GrpcOptions, type NestMicroservice, Transport } from '@nestjs/microservices';
import { observeCalls } from './grpc-calls.ts';
import { GrpcErrorFilter } from './grpc-error.filter.ts';
import { addHealth } from './grpc-health.ts';
import { nestPackageDefinition } from './grpc-package.ts';
import { addReflection } from './grpc-reflection.ts';
import { prepareHttp2Servers } from './http2-servers.ts';
import { Readiness } from './readiness.ts';

/** services: by full name, `{ 'bank.account.v1.AccountService': AccountServiceService }`. */
export type GrpcEdge = { address: string; services: Readonly<Record<string, ServiceDefinition>> };

/**
 * Adds a gRPC server to the application: controllers' @GrpcMethod handlers, health, reflection, metrics and a log line
 * of every call, keepalive, one error filter, and a graceful end that lets calls in flight finish.
 */
export function connectGrpc(app: INestApplication, edge: GrpcEdge): void {
  prepareHttp2Servers();
  const names = Object.keys(edge.services);
  const microserviceOptions: GrpcOptions = {
    transport: Transport.GRPC,
    options: {
      url: edge.address,
      package: [...new Set(names.map((name) => name.slice(0, name.lastIndexOf('.'))))],
      packageDefinition: nestPackageDefinition(edge.services),
      gracefulShutdown: true,
      maxReceiveMessageLength: 4 * 1024 * 1024,
      channelOptions: {
        'grpc.keepalive_time_ms': 30_000,
        'grpc.keepalive_timeout_ms': 10_000,
        // Not in Nest's type, but passed on to grpc-js's Server as it is.
        ...{ interceptors: [observeCalls(names)] },
      },
      onLoadPackageDefinition: (_definition: unknown, server: Server) => {
        addHealth(server, names, app.get(Readiness));
        addReflection(server, names);
      },
    },
  };
  // Nest binds handlers, and with them their filters, when it connects: deferred, the filter is there first.
  const microservice = app.connectMicroservice<GrpcOptions>(microserviceOptions, { deferInitialization: true });
  microservice.useGlobalFilters(new GrpcErrorFilter());
  // The application has run the modules' hooks before this server listens; a second time would be once too often.
  (microservice as NestMicroservice).setIsInitHookCalled(true);
}
