import { Server, type ServerWritableStream, type ServiceDefinition } from '@grpc/grpc-js';
import { toServiceError } from '@ipe/service-kit/grpc-status';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { listening } from '@ipe/testing/listening';
import type { Neighbour } from '../src/application/ports.ts';

type Handlers<Definition> = {
  [Name in keyof Neighbour<Definition>]?: Neighbour<Definition>[Name] extends (
    request: infer Request,
    options?: infer Options,
  ) => Promise<infer Response>
    ? Options extends AbortSignal
      ? never
      : (request: Request) => Promise<Response> | Response
    : Neighbour<Definition>[Name] extends (request: infer Request, signal: AbortSignal) => AsyncIterable<infer Response>
      ? (request: Request, call: ServerWritableStream<Request, Response>) => void
      : never;
};

/** A real gRPC server of a service's contract that answers as the test says, and remembers what it was asked. */
export class FakeService<Definition extends ServiceDefinition> {
  readonly requests: { method: string; request: Record<string, unknown> }[] = [];
  private server: Server | undefined;
  private handlers: Handlers<Definition> = {};

  constructor(
    private readonly definition: Definition,
    public address = '127.0.0.1:0',
  ) {}

  /** Methods that are not named here are UNIMPLEMENTED. */
  answer(handlers: Handlers<Definition>): void {
    this.handlers = { ...this.handlers, ...handlers };
  }

  asked<Request = Record<string, unknown>>(method: keyof Handlers<Definition>): Request[] {
    return this.requests.filter((entry) => entry.method === method).map(({ request }) => request as Request);
  }

  async start(): Promise<this> {
    const server = new Server();
    const names = Object.keys(this.definition);
    server.addService(this.definition, Object.fromEntries(names.map((name) => [name, this.handle(name)])));
    this.address = await listening(server, this.address);
    this.server = server;
    return this;
  }

  /** As if killed: calls in flight are cut. It can start again at the same address. */
  stop(): void {
    this.server?.forceShutdown();
    this.server = undefined;
  }

  private handle(name: string) {
    if (this.definition[name]?.responseStream) {
      return (call: ServerWritableStream<unknown, unknown>) => {
        this.requests.push({ method: name, request: call.request as Record<string, unknown> });
        this.handler(name)(call.request, call);
      };
    }
    return async (
      call: { request: Record<string, unknown> },
      answer: (error: object | null, response?: unknown) => void,
    ) => {
      this.requests.push({ method: name, request: call.request });
      try {
        answer(null, await this.handler(name)(call.request));
      } catch (error) {
        answer(error instanceof GrpcRefusal ? toServiceError(error) : { code: 2, details: String(error) });
      }
    };
  }

  private handler(name: string): (...args: unknown[]) => unknown {
    const handler = (this.handlers as Record<string, ((...args: unknown[]) => unknown) | undefined>)[name];
    if (!handler) throw new GrpcRefusal({ code: 12, reason: 'unimplemented', message: name });
    return handler;
  }
}
