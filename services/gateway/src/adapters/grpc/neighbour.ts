import { Client, type ClientReadableStream, Metadata, type ServiceError } from '@grpc/grpc-js';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { fromServiceError } from '@ipe/service-kit/grpc-status';
import type { CallOptions, ContractMethod, Neighbour } from '../../application/ports.ts';
import { Breaker, type BreakerSettings } from './breaker.ts';

export type NeighbourSettings = {
  /** As it is named in refusals and metrics: `account`. */
  service: string;
  address: string;
  readDeadlineMs: number;
  writeDeadlineMs: number;
  breaker: BreakerSettings;
};

const reads = /^(get|list|find)/;

/** Closes when the application shuts down: Nest calls the hook on whatever a factory provides. */
type Closing = { onApplicationShutdown(): void };

/** A service's client made from its generated definition: deadlines, bounded retries and the breaker are the same for all. */
export function neighbour<Definition extends Readonly<Record<string, ContractMethod>>>(
  definition: Definition,
  settings: NeighbourSettings,
): Neighbour<Definition> & Closing {
  const client = grpcClient(Client, settings.address);
  const breaker = new Breaker(settings.service, settings.breaker);
  const methods = Object.entries(definition).map(([name, method]) => {
    if (method.responseStream) return [name, streaming(client, method)];
    const usualMs = reads.test(name) ? settings.readDeadlineMs : settings.writeDeadlineMs;
    return [name, unary(client, breaker, method, usualMs)];
  });
  const closing: Closing = { onApplicationShutdown: () => client.close() };
  // Names and messages are the definition's own; the compiler cannot follow them through Object.entries.
  return { ...Object.fromEntries(methods), ...closing } as Neighbour<Definition> & Closing;
}

function unary(client: Client, breaker: Breaker, method: ContractMethod, usualMs: number) {
  const { path, requestSerialize, responseDeserialize } = method;
  return (request: unknown, { deadlineMs = usualMs }: CallOptions = {}) =>
    breaker.run(deadlineMs, (remainingMs) =>
      call<unknown, unknown>(
        client,
        (message, metadata, options, answer) =>
          client.makeUnaryRequest(
            path,
            requestSerialize,
            responseDeserialize,
            message,
            metadata,
            options,
            (error, value) => answer(error, value),
          ),
        request,
        remainingMs,
      ),
    );
}

/** Longer than any token lives: a stream that nobody ends does not stay for ever. */
const streamDeadlineMs = 24 * 60 * 60 * 1000;

function streaming(client: Client, { path, requestSerialize, responseDeserialize }: ContractMethod) {
  return async function* (request: unknown, signal: AbortSignal): AsyncGenerator<unknown> {
    if (signal.aborted) return;
    const stream: ClientReadableStream<unknown> = client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new Metadata(),
      { deadline: Date.now() + streamDeadlineMs },
    );
    const cancel = () => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      yield* stream;
    } catch (error) {
      if (isServiceError(error)) throw fromServiceError(error);
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}
