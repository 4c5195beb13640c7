import { Metadata, type ServerWritableStream } from '@grpc/grpc-js';
import type {
  GetPositionRequest,
  GetPositionResponse,
  ListLinesRequest,
  ListLinesResponse,
  WatchLinesRequest,
  WatchLinesResponse,
} from '@ipe/contracts/gen/bank/statement/v1/statement';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { decodePageToken, encodePageToken } from '@ipe/service-kit/page-token';
import { invalidRequest } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { GetPosition } from '../../application/get-position.ts';
import { ListLines } from '../../application/list-lines.ts';
import { WatchLines } from '../../application/watch-lines.ts';
import { lineMessage, positionMessage } from './messages.ts';
import * as requests from './requests.ts';
import { whileStoreAnswers } from './unavailable.ts';
import { Watchers } from './watchers.ts';

@Controller()
export class StatementController {
  constructor(
    private readonly listLinesCase: ListLines,
    private readonly getPositionCase: GetPosition,
    private readonly watchLinesCase: WatchLines,
    private readonly watchers: Watchers,
  ) {}

  @GrpcMethod('StatementService', 'ListLines')
  async listLines(request: ListLinesRequest): Promise<ListLinesResponse> {
    const { pageToken, ...query } = parseRequest(requests.listLines, request);
    const after = toPlace(pageToken);
    const page = await whileStoreAnswers(
      this.listLinesCase.execute({ ...query, from: query.from, until: query.until, after }),
    );
    return {
      lines: page.lines.map(lineMessage),
      nextPageToken: encodePageToken(page.next === undefined ? undefined : { after: page.next }),
      position: positionMessage(page.position),
    };
  }

  @GrpcMethod('StatementService', 'GetPosition')
  async getPosition(request: GetPositionRequest): Promise<GetPositionResponse> {
    const { accountId } = parseRequest(requests.getPosition, request);
    const position = await whileStoreAnswers(this.getPositionCase.execute(accountId));
    return { position: positionMessage(position) };
  }

  @GrpcMethod('StatementService', 'WatchLines')
  watchLines(
    request: WatchLinesRequest,
    _metadata: Metadata,
    call: ServerWritableStream<WatchLinesRequest, WatchLinesResponse>,
  ): Observable<WatchLinesResponse> {
    const accounts = parseRequest(requests.watchLines, request).accounts.map(({ accountId, afterSequence }) => ({
      accountId,
      afterSequence,
    }));
    // The headers leave at once: they tell the client that whatever comes from now on will be told.
    const watching = () => call.sendMetadata(new Metadata());
    return this.watchers.stream(call, (signal) => this.watchLinesCase.execute(accounts, signal, watching));
  }
}

function toPlace(pageToken: string): string | undefined {
  const cursor = decodePageToken(pageToken);
  if (cursor === undefined) return undefined;
  const checked = requests.pageCursor.safeParse(cursor);
  if (checked.success) return checked.data.after;
  throw invalidRequest([{ field: 'page_token', description: 'must be a token from the page before' }]);
}
