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
import { Ledger } from '../../application/ledger.ts';
import { type Task, taskOf } from '../../application/task.ts';
import type { CommandAnswer } from '../../domain/command.ts';
import { toBalance } from '../protobuf/transaction-message.ts';
import { AtLeader } from './at-leader.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { LeaderLink } from './leader-link.ts';
import { refusalOf } from './reply-status.ts';
import * as requests from './requests.ts';
import { failed, failedToParse, writeResult } from './write-result.ts';
import { WriteStream } from './write-stream.ts';
import { commandOfWrite } from './writes.ts';

/** A write as the ledger takes it, or what it is answered since it was not understood. */
type Understood = { task: Task<CommandAnswer> } | { result: WriteResult };

/** The part of bank.transaction.v1.TransactionService that takes many writes at once, or none for good. */
@Controller()
export class BulkController {
  constructor(
    private readonly ledger: Ledger,
    private readonly fingerprints: Fingerprints,
    readonly link: LeaderLink,
  ) {}

  @AtLeader()
  async bulk(request: BulkRequest, metadata: Metadata, call: GrpcCall): Promise<BulkResponse> {
    const { writes, allOrNothing } = parseRequest(requests.bulkSchema, request);
    const context = callContext(metadata, call);
    return allOrNothing ? this.together(writes, context) : { results: await this.each(writes, context), done: true };
  }

  @GrpcStreamCall('TransactionService', 'Stream')
  stream(call: ServerDuplexStream<StreamRequest, StreamResponse>): void {
    if (this.link.leadsElsewhere(call.metadata)) {
      this.link.join(call);
    } else {
      const context = callContext(call.metadata, call);
      new WriteStream(call, (writes) => this.each(writes, context)).open();
    }
  }

  @AtLeader()
  async dryRun({ write }: DryRunRequest, metadata: Metadata, call: GrpcCall): Promise<DryRunResponse> {
    const task = taskOf(commandOfWrite(write, this.fingerprints));
    const { reply, accounts } = await this.ledger.rehearse(callContext(metadata, call), task);
    return { result: writeResult(reply), balances: accounts.map(toBalance) };
  }

  private async each(writes: ReadonlyArray<Write | undefined>, call: Call): Promise<WriteResult[]> {
    const understood = writes.map((write) => this.understand(write));
    const replies = await this.ledger.executeEach(
      call,
      understood.flatMap((one) => ('task' in one ? [one.task] : [])),
    );
    let next = 0;
    return understood.map((one) => {
      if ('result' in one) return one.result;
      const reply = replies[next++];
      if (!reply) throw new Error('the ledger answered fewer tasks than it was given');
      return writeResult(reply);
    });
  }

  /** One write that is not understood, and nothing is asked of the ledger. */
  private async together(writes: readonly Write[], call: Call): Promise<BulkResponse> {
    const understood = writes.map((write) => this.understand(write));
    const tasks: Array<Task<CommandAnswer>> = [];
    for (const [at, one] of understood.entries()) {
      if ('result' in one) return { results: notDone(writes.length, at, one.result), done: false };
      tasks.push(one.task);
    }
    const { done, replies } = await this.ledger.executeTogether(call, tasks);
    if (done) return { results: replies.map(writeResult), done };
    const last = replies.at(-1);
    if (!last) throw new Error('the ledger gave no reason for what it did not do');
    if (last.kind === 'unserved') throw refusalOf(last);
    return { results: notDone(writes.length, replies.length - 1, writeResult(last)), done };
  }

  private understand(write: Write | undefined): Understood {
    try {
      return { task: taskOf(commandOfWrite(write, this.fingerprints)) };
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
