import { ResponderBuilder, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { Histogram } from 'prom-client';

const handled = new Histogram({
  name: 'grpc_server_handling_seconds',
  help: 'Time from a gRPC call to its status, by method and status code.',
  labelNames: ['grpc_service', 'grpc_method', 'grpc_code'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

/** Measures every call at the server's edge, whatever the handler does. */
export const measureCalls: ServerInterceptor = (method, call) => {
  const [, service = '', name = ''] = method.path.split('/');
  const end = handled.startTimer({ grpc_service: service, grpc_method: name });
  const responder = new ResponderBuilder()
    .withSendStatus((result, next) => {
      end({ grpc_code: status[result.code] });
      next(result);
    })
    .build();
  return new ServerInterceptingCall(call, responder);
};
