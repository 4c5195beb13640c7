import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import { Logger } from '@nestjs/common';
import { Histogram } from 'prom-client';
import { FlowingAnswers } from './flowing-answers.ts';
import { methodOf, ServerSpan } from './grpc-spans.ts';
import { toServiceError } from './grpc-status.ts';
import { LoadShedder } from './load-shedder.ts';
import { GrpcRefusal } from './refusal.ts';

const handled = new Histogram({
  name: 'grpc_server_handling_seconds',
  help: 'Time from a gRPC call to its status, by method and status code.',
  labelNames: ['grpc_service', 'grpc_method', 'grpc_code'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

/** What a caller cannot help: the rest are answers. */
const failures: ReadonlySet<status> = new Set([status.UNKNOWN, status.INTERNAL, status.DATA_LOSS, status.UNAVAILABLE]);

/** Another time may do: whatever was asked was not begun. */
const overloaded = new GrpcRefusal({
  code: status.RESOURCE_EXHAUSTED,
  reason: 'overloaded',
  message: 'too much is asked for at once',
  retryAfterMs: 500,
});

/**
 * Measures and traces every call of `services` at the server's edge, whatever the handler does, and logs a line of it:
 * method, status and milliseconds, to which the log adds the trace id. What was asked and answered is never told.
 * Unary calls beyond what can be answered in time are refused here, before anything is done for them.
 */
export function observeCalls(services: readonly string[]): ServerInterceptor {
  const logger = new Logger('grpc');
  const observed = new Set(services);
  const load = new LoadShedder();
  return ({ path, requestStream, responseStream, responseSerialize }, call) => {
    const called = methodOf(path);
    const { service, method, name } = called;
    // Health checks come every few seconds from everywhere: they would be most of the log.
    if (!observed.has(service)) return new ServerInterceptingCall(call);
    const startedAt = performance.now();
    let span: ServerSpan | undefined;
    const within = (work: () => void): void => (span ? span.within(work) : work());
    let over = false;
    let isInHand = false;
    const end = (code: status, isAnswered: boolean): void => {
      if (over) return;
      over = true;
      if (isInHand) load.over(isAnswered);
      const ms = performance.now() - startedAt;
      const labels = { grpc_service: service, grpc_method: method, grpc_code: status[code] };
      handled.observe(labels, ms / 1000);
      const line = {
        method: name,
        code: status[code],
        ms: Math.round(ms * 10) / 10,
        msg: 'call ended',
      };
      within(() => (failures.has(code) ? logger.warn(line) : logger.log(line)));
      span?.end(code);
    };
    // Without a status of ours: the caller hung up, or its deadline passed.
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        span = new ServerSpan(called, metadata);
        // A stream lasts as long as its caller likes, and bounds by itself what it has in hand.
        if (!requestStream && !responseStream) {
          isInHand = load.takes(Number(call.getDeadline()) - Date.now());
          if (!isInHand) return observing.sendStatus(toServiceError(overloaded));
        }
        within(() => next(metadata));
      })
      .withOnReceiveMessage((message, next) => within(() => next(message)))
      .withOnReceiveHalfClose(within)
      .withOnCancel(() => end(status.CANCELLED, false))
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((result, next) => {
        end(result.code, true);
        next(result);
      })
      .build();
    const answers = responseStream ? new FlowingAnswers(call, responseSerialize) : call;
    const observing = new ServerInterceptingCall(answers, responder);
    return observing;
  };
}
