import { InterceptingCall, type Interceptor, type Metadata, status } from '@grpc/grpc-js';
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

// OpenTelemetry's semantic conventions for gRPC: https://opentelemetry.io/docs/specs/semconv/rpc/grpc/

const tracer = trace.getTracer('@ipe/service-kit');

/** Metadata as OpenTelemetry reads and writes headers. */
const carried = {
  get: (metadata: Metadata, key: string) => metadata.get(key).map(String),
  keys: (metadata: Metadata) => Object.keys(metadata.getMap()),
  set: (metadata: Metadata, key: string, value: string) => metadata.set(key, value),
};

/** What is the server's own failure; the rest it has answered as it should. */
const serverFailures: ReadonlySet<status> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

export type GrpcMethod = Readonly<{ service: string; method: string; name: string; attributes: Attributes }>;

/** By path, `/bank.account.v1.AccountService/GetCustomer`: there are as many as methods in the contracts. */
const methods = new Map<string, GrpcMethod>();

export function methodOf(path: string): GrpcMethod {
  let known = methods.get(path);
  if (!known) {
    const [, service = '', method = ''] = path.split('/');
    const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method };
    known = { service, method, name: `${service}/${method}`, attributes };
    methods.set(path, known);
  }
  return known;
}

function end(span: Span, code: status, isFailure: boolean): void {
  span.setAttribute('rpc.grpc.status_code', code);
  // The status alone: a message may tell what was asked.
  if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR, message: status[code] });
  span.end();
}

/** The span of a call that this server handles, begun from what the call carries. What runs within it belongs to its trace. */
export class ServerSpan {
  private readonly context: Context;
  private readonly span: Span;

  constructor({ name, attributes }: GrpcMethod, metadata: Metadata) {
    const caller = propagation.extract(ROOT_CONTEXT, metadata, carried);
    this.span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller);
    this.context = trace.setSpan(caller, this.span);
  }

  within(work: () => void): void {
    context.with(this.context, work);
  }

  end(code: status): void {
    end(this.span, code, serverFailures.has(code));
  }
}

/** Gives each call of a client a span, and tells the callee of it: its spans and log lines belong to the same trace. */
export const traceClientCalls: Interceptor = (options, nextCall) => {
  const { name, attributes } = methodOf(options.method_definition.path);
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes });
  return new InterceptingCall(nextCall(options), {
    start: (metadata, _listener, next) => {
      propagation.inject(trace.setSpan(context.active(), span), metadata, carried);
      next(metadata, {
        onReceiveStatus: (result, nextStatus) => {
          end(span, result.code, result.code !== status.OK);
          nextStatus(result);
        },
      });
    },
  });
};
