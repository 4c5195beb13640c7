import { type Metadata, status } from '@grpc/grpc-js';
import {
  TransactionServiceClient,
  type TransactionServiceService,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call, grpcClient, type Unary } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { Placed } from './home-of.ts';
import { leaderHeader, Ways } from './ways.ts';

type Definitions = typeof TransactionServiceService;
/** The unary methods of bank.transaction.v1.TransactionService. */
export type LedgerMethod = Exclude<keyof Definitions, 'stream'>;
export type RequestOf<Method extends LedgerMethod> = Parameters<Definitions[Method]['requestSerialize']>[0];
export type ResponseOf<Method extends LedgerMethod> = ReturnType<Definitions[Method]['responseDeserialize']>;

/** Calls the ledger: through any of its replicas, and directly whoever leads once that is known. */
export class LedgerClient {
  private readonly anyone: TransactionServiceClient;
  private readonly ways = new Ways();
  /** Clients of leaders by their address. */
  private readonly leaders = new Map<string, TransactionServiceClient>();

  /** address: where any replica answers, such as that of the Kubernetes service. */
  constructor(address: string) {
    this.anyone = grpcClient(TransactionServiceClient, address);
  }

  /**
   * One call with a deadline. Rejects with GrpcRefusal, whatever went wrong. Where the way to the leader has closed it is
   * made once more through any replica: writes carry a key, and are not done twice.
   */
  async call<Method extends LedgerMethod>(
    method: Method,
    request: RequestOf<Method>,
    deadlineMs: number,
  ): Promise<ResponseOf<Method>> {
    const until = performance.now() + deadlineMs;
    // A request that names no account and no transaction has none of the fields, and belongs nowhere.
    const address = this.ways.to(request as Placed);
    if (address !== undefined) {
      try {
        return await this.ask(this.leaderAt(address), method, request, deadlineMs);
      } catch (error) {
        if (!isSilent(error)) throw error;
        this.forget(address);
        if (error.code === status.DEADLINE_EXCEEDED) throw error;
      }
    }
    return this.ask(this.anyone, method, request, until - performance.now());
  }

  /** Calls in flight are still answered. */
  close(): void {
    for (const client of [this.anyone, ...this.leaders.values()]) client.close();
  }

  private ask<Method extends LedgerMethod>(
    client: TransactionServiceClient,
    method: Method,
    request: RequestOf<Method>,
    deadlineMs: number,
  ): Promise<ResponseOf<Method>> {
    // The generated client types each method by itself; the definitions, which RequestOf reads, say the same.
    const unary = client[method] as unknown as Unary<RequestOf<Method>, ResponseOf<Method>>;
    return call(client, unary, request, deadlineMs, { onHeaders: (headers) => this.learn(headers) });
  }

  private learn(headers: Metadata): void {
    for (const text of headers.get(leaderHeader)) this.ways.learn(String(text));
  }

  private leaderAt(address: string): TransactionServiceClient {
    const known = this.leaders.get(address);
    if (known) return known;
    const client = grpcClient(TransactionServiceClient, address);
    this.leaders.set(address, client);
    return client;
  }

  private forget(address: string): void {
    this.ways.forget(address);
    this.leaders.get(address)?.close();
    this.leaders.delete(address);
  }
}

/** Whether whoever was asked did not answer. */
function isSilent(error: unknown): error is GrpcRefusal {
  return error instanceof GrpcRefusal && (error.code === status.UNAVAILABLE || error.code === status.DEADLINE_EXCEEDED);
}
