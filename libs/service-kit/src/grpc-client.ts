import {
  type Client,
  type ClientOptions,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { traceClientCalls } from './grpc-spans.ts';
import { fromServiceError } from './grpc-status.ts';

export type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

type ClientClass<Service extends Client> = new (
  address: string,
  channelCredentials: ReturnType<typeof credentials.createInsecure>,
  options: ClientOptions,
) => Service;

const channelOptions: ClientOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // A restarted service must be found again in moments, not after grpc's default two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
  interceptors: [traceClientCalls],
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
};

/** A client of one service, already connecting. Plaintext: inside the mesh, the mesh encrypts. */
export function grpcClient<Service extends Client>(type: ClientClass<Service>, address: string): Service {
  const client = new type(address, credentials.createInsecure(), channelOptions);
  // Begins to connect now: the first call's deadline must not pay for it.
  client.getChannel().getConnectivityState(true);
  return client;
}

type CallOptions = Readonly<{
  waitForReady?: boolean;
  headers?: Readonly<Record<string, string>>;
  onHeaders?: (headers: Metadata) => void;
}>;

/**
 * One unary call with a deadline. Rejects with GrpcRefusal, whatever went wrong.
 * waitForReady: a service that is just coming back is waited for within the deadline, instead of failing at once.
 * headers: what it carries beside the request. onHeaders: told what the answer carries beside the response.
 */
export function call<Request, Response>(
  client: Client,
  method: Unary<Request, Response>,
  request: Request,
  deadlineMs: number,
  { waitForReady = false, headers = {}, onHeaders }: CallOptions = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const metadata = new Metadata({ waitForReady });
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    const calling = method.call(client, request, metadata, { deadline: Date.now() + deadlineMs }, (error, response) =>
      error ? reject(fromServiceError(error)) : resolve(response),
    );
    if (onHeaders) calling.on('metadata', onHeaders);
  });
}
