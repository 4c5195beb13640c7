import 'reflect-metadata';
import { flushCompileCache } from 'node:module';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { ConfigError } from './config.ts';
import { drainOnSignal } from './drain.ts';
import { connectGrpc, type GrpcEdge } from './grpc-edge.ts';
import { ServiceModule } from './service.module.ts';
import { expectShortLives } from './short-lives.ts';

export type ServiceConfig = Readonly<{ HTTP_ADDRESS: string; LOG_LEVEL: string; DRAIN_MS: number }>;

export type ServiceOptions = {
  name: string;
  config: ServiceConfig;
  module: DynamicModule;
  /** Absent: the service has no gRPC server. */
  grpc?: GrpcEdge;
  /** Called before the application listens: mount middleware, hooks, pages. */
  prepare?: (app: NestFastifyApplication) => void | Promise<void>;
  /** Fastify's own options: body limit, trust of proxies. */
  http?: ConstructorParameters<typeof FastifyAdapter>[0];
};

@Module({})
class Root {}

/** Builds a service and listens on its HTTP and gRPC addresses. Tests call this; main.ts calls runService. */
export async function startService(options: ServiceOptions): Promise<NestFastifyApplication> {
  const { name, config, module } = options;
  const root: DynamicModule = {
    module: Root,
    imports: [ServiceModule.for({ name, logLevel: config.LOG_LEVEL }), module],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(options.http), {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  if (options.grpc) connectGrpc(app, options.grpc);
  await options.prepare?.(app);
  // Modules are ready (tables, journals) before the first call can come in.
  await app.init();
  await app.startAllMicroservices();
  const [host, port] = splitAddress(config.HTTP_ADDRESS);
  await app.listen(port, host);
  return app;
}

/** A service's main: starts it and drains on a signal; a wrong configuration or a failed start is told and ends with 1. */
export async function runService(options: () => ServiceOptions): Promise<void> {
  expectShortLives();
  try {
    const service = options();
    drainOnSignal(await startService(service), service.config.DRAIN_MS);
    // Node would write it at the end (NODE_COMPILE_CACHE), which a process that is killed never comes to.
    flushCompileCache();
  } catch (error) {
    if (error instanceof ConfigError) console.error(error.message);
    else console.error(error);
    process.exit(1);
  }
}

function splitAddress(address: string): [host: string, port: number] {
  const at = address.lastIndexOf(':');
  return [address.slice(0, at), Number(address.slice(at + 1))];
}
