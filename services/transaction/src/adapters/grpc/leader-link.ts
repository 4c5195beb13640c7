import type { Duplex } from 'node:stream';
import { type Client, Metadata, type ServerDuplexStream, type ServiceError } from '@grpc/grpc-js';
import {
  TransactionServiceClient,
  TransactionServiceService,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { grpcClient } from '@ipe/service-kit/grpc-client';
import { fromServiceError } from '@ipe/service-kit/grpc-status';
import type { GrpcCall } from './call-context.ts';

export type UnaryMethod = Exclude<keyof typeof TransactionServiceService, 'stream'>;

/** Marks a call that another replica passed on, and tells for which shard: it is passed on once. */
const forwardedKey = 'ipe-forwarded-to-shard';
/** What a call says for itself goes with it; the rest belongs to the connection that it came by. */
const passedOn = ['traceparent', 'tracestate', 'baggage'];

/** From a replica that does not lead to the one that does: any replica takes any call. */
export class LeaderLink {
  private link: { address: string; client: TransactionServiceClient } | undefined;

  /** leaderAddress: where the leader takes calls; undefined when this process leads, or nobody is known to. */
  constructor(
    private readonly shard: number,
    private readonly leaderAddress: () => string | undefined,
  ) {}

  /** Whether a call that came with this is to be passed on. */
  leadsElsewhere(metadata: Metadata): boolean {
    return this.leaderAddress() !== undefined && forwardedTo(metadata) === undefined;
  }

  /** Passes a call on, with its deadline. Throws what the leader answered, as a GrpcRefusal. */
  forward<Response>(method: UnaryMethod, request: unknown, metadata: Metadata, call: GrpcCall): Promise<Response> {
    const { path, requestSerialize, responseDeserialize } = TransactionServiceService[method];
    return new Promise((resolve, reject) => {
      (this.client() as Client).makeUnaryRequest<unknown, Response>(
        path,
        // Each method has its own pair: which one it is was found at run time.
        requestSerialize as (value: unknown) => Buffer,
        responseDeserialize as (bytes: Buffer) => Response,
        request,
        onward(metadata, this.shard),
        { deadline: call.getDeadline() },
        // Without an error there is a response.
        (error: ServiceError | null, response) =>
          error ? reject(fromServiceError(error)) : resolve(response as Response),
      );
    });
  }

  /** Joins a stream to one of the leader's. */
  join<Request, Response>(call: ServerDuplexStream<Request, Response>): void {
    const onwards = this.client().stream(onward(call.metadata, this.shard), { deadline: call.getDeadline() });
    call.on('cancelled', () => onwards.cancel());
    onwards.on('error', (error: ServiceError) => {
      const { code, details, metadata } = error;
      call.emit('error', { code, details, metadata });
    });
    // Both are streams of Node's; grpc-js's own types only lack the methods that join them.
    const [here, there] = [call, onwards] as unknown as [Duplex, Duplex];
    here.pipe(there).pipe(here);
  }

  close(): void {
    this.link?.client.close();
  }

  private client(): TransactionServiceClient {
    const address = this.leaderAddress() ?? '';
    if (this.link?.address !== address) {
      this.link?.client.close();
      this.link = { address, client: grpcClient(TransactionServiceClient, address) };
    }
    return this.link.client;
  }
}

/** The shard for which another replica passed a call on; undefined when it came from a caller. */
export function forwardedTo(metadata: Metadata): number | undefined {
  const [shard] = metadata.get(forwardedKey);
  return shard === undefined ? undefined : Number(shard);
}

function onward(metadata: Metadata, shard: number): Metadata {
  const onwards = new Metadata();
  for (const key of passedOn) for (const value of metadata.get(key)) onwards.add(key, value);
  onwards.set(forwardedKey, `${shard}`);
  return onwards;
}
