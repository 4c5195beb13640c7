import { type Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type {
  BulkRequest,
  BulkResponse,
  DryRunRequest,
  DryRunResponse,
  StreamRequest,
  StreamResponse,
  Write,
  WriteResult,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { GrpcStreamCall } from '@nestjs/microservices';
import type { Call } from '../../application/admission.ts';
import { ShardedLedger } from '../../application/shards/sharded-ledger.ts';
import type { Command } from '../../domain/command.ts';
import { toBalance } from '../protobuf/transaction-message.ts';
import { AtAnyReplica } from './at-leader.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { refusalOf } from './reply-status.ts';
import * as requests from './requests.ts';
import { Shards } from './shards.ts';
import { failed, failedToParse, writeResult } from './write-result.ts';
import { WriteStream } from './write-stream.ts';
import { commandOfWrite } from './writes.ts';

/** A write as the ledger takes it, or what it is answered since it was not understood. */
type Understood = { command: Command } | { result: WriteResult };

/** As many as a call may have. */
const mostForwarded = 1_000;

/** The part of bank.transaction.v1.TransactionService that takes many writes at once, or none for good. */
@Controller()
export class BulkController {
  constructor(
    private readonly ledger: ShardedLedger,
    private readonly fingerprints: Fingerprints,
    readonly shards: Shards,
  ) {}

  @AtAnyReplica()
  async bulk(request: BulkRequest, metadata: Metadata, call: GrpcCall): Promise<BulkResponse> {
    const { writes, allOrNothing } = parseRequest(requests.bulkSchema, request);
    if (!allOrNothing) return { results: await this.each(writes, metadata, call), done: true };
    const home = this.homeOfFirst(writes);
    return this.shards.serve(home, 'bulk', request, metadata, call, () =>
      this.together(home, writes, callContext(metadata, call)),
    );
  }

  @GrpcStreamCall('TransactionService', 'Stream')
  stream(call: ServerDuplexStream<StreamRequest, StreamResponse>): void {
    const link = this.shards.link(0);
    if (this.shards.count === 1 && link.leadsElsewhere(call.metadata)) link.join(call);
    else new WriteStream(call, (writes) => this.each(writes, call.metadata, call)).open();
  }

  @AtAnyReplica()
  async dryRun(request: DryRunRequest, metadata: Metadata, call: GrpcCall): Promise<DryRunResponse> {
    const command = commandOfWrite(request.write, this.fingerprints);
    return this.shards.serve(this.shards.homeOf(command), 'dryRun', request, metadata, call, async () => {
      const { reply, accounts } = await this.ledger.rehearse(command, callContext(metadata, call));
      return { result: writeResult(reply), balances: accounts.map(toBalance) };
    });
  }

  /** Each is decided at its home, those of one home together. */
  private async each(
    writes: ReadonlyArray<Write | undefined>,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<WriteResult[]> {
    const understood = writes.map((write) => this.understand(write));
    const results = understood.map((one) => ('result' in one ? one.result : undefined));
    const places = understood.flatMap((one, place) => ('command' in one ? [{ place, command: one.command }] : []));
    const byHome = Map.groupBy(places, ({ command }) => this.shards.homeOf(command));
    const answering = [...byHome].map(async ([home, some]) => {
      const answers = await this.eachAt(home, some, writes, metadata, call);
      for (const [at, { place }] of some.entries()) results[place] = answers[at];
    });
    await Promise.all(answering);
    return results.map((result) => {
      if (!result) throw new Error('a write was not answered');
      return result;
    });
  }

  private async eachAt(
    home: number,
    some: ReadonlyArray<{ place: number; command: Command }>,
    writes: ReadonlyArray<Write | undefined>,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<WriteResult[]> {
    const link = this.shards.link(home);
    if (!link.leadsElsewhere(metadata)) {
      const commands = some.map(({ command }) => command);
      return (await this.ledger.executeEach(home, commands, callContext(metadata, call))).map(writeResult);
    }
    const results: WriteResult[] = [];
    for (let from = 0; from < some.length; from += mostForwarded) {
      const part = some.slice(from, from + mostForwarded);
      const request = { writes: part.flatMap(({ place }) => writes[place] ?? []), allOrNothing: false };
      try {
        const forwarded = await link.forward<BulkResponse>('bulk', request, metadata, call);
        results.push(...forwarded.results);
      } catch (error) {
        // What the other replica did not answer is refused as a call of its own would be; the rest stands.
        results.push(...part.map(() => failedToParse(error)));
      }
    }
    return results;
  }

  /** One write that is not understood, and nothing is asked of the ledger. */
  private async together(home: number, writes: readonly Write[], call: Call): Promise<BulkResponse> {
    const understood = writes.map((write) => this.understand(write));
    const commands: Command[] = [];
    for (const [at, one] of understood.entries()) {
      if ('result' in one) return { results: notDone(writes.length, at, one.result), done: false };
      commands.push(one.command);
    }
    const { done, replies } = await this.ledger.executeTogether(home, commands, call);
    if (done) return { results: replies.map(writeResult), done };
    const last = replies.at(-1);
    if (!last) throw new Error('the ledger gave no reason for what it did not do');
    if (last.kind === 'unserved') throw refusalOf(last);
    return { results: notDone(writes.length, replies.length - 1, writeResult(last)), done };
  }

  /** Those of other homes are refused there. */
  private homeOfFirst([first]: readonly Write[]): number {
    const one = this.understand(first);
    return 'command' in one ? this.shards.homeOf(one.command) : 0;
  }

  private understand(write: Write | undefined): Understood {
    try {
      return { command: commandOfWrite(write, this.fingerprints) };
    } catch (error) {
      return { result: failedToParse(error) };
    }
  }
}

/** Why the one was refused; all the others were not done because of it. */
function notDone(count: number, refusedAt: number, why: WriteResult): WriteResult[] {
  const other = failed(
    new GrpcRefusal({
      code: status.ABORTED,
      reason: 'not_done',
      message: `not done, because write ${refusedAt} of the same call is refused`,
    }),
  );
  return Array.from({ length: count }, (_, at) => (at === refusedAt ? why : other));
}
