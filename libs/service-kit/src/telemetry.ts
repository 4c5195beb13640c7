import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';

// Loaded by `node --import`: the hook must be there before the service's first import. Without an exporter's address
// spans go nowhere, but logs and messages still carry their trace ids.
const exporting = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined;
process.env['OTEL_TRACES_EXPORTER'] ??= exporting ? 'otlp' : 'none';
process.env['OTEL_METRICS_EXPORTER'] ??= 'none';
process.env['OTEL_LOGS_EXPORTER'] ??= 'none';

// Only what is instrumented: wrapping every module would cost each start more than a second and 50 MB. Calls of gRPC have
// their spans from its own interceptors (grpc-spans.ts).
register({ include: ['http', 'https', 'pino'] });

// Without any span processor the SDK makes no spans at all, and no trace ids: this one keeps nothing.
const discard = {
  onStart: () => undefined,
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

const sdk = new NodeSDK({
  ...(exporting ? {} : { spanProcessors: [discard] }),
  instrumentations: [
    new HttpInstrumentation({
      // Requests to stores: spans that nobody is told of took 6 % of what a consumer of events does.
      disableOutgoingRequestInstrumentation: !exporting,
      ignoreIncomingRequestHook: ({ url }) => url === '/metrics' || url?.startsWith('/health/') === true,
    }),
    new PinoInstrumentation(),
  ],
});
sdk.start();
process.once('beforeExit', () => void sdk.shutdown());
