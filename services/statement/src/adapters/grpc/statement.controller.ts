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
import { type GrpcRefusal, invalidRequest } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import { GetPosition } from '../../application/get-position.ts';
import { ListLines, type Place } from '../../application/list-lines.ts';
import { WatchLines } from '../../application/watch-lines.ts';
import { lineMessage, positionMessage } from './messages.ts';
import * as requests from './requests.ts';
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
    const page = await this.listLinesCase.execute({ ...query, from: query.from, until: query.until, after });
    if (page === 'stale_page') throw wrongToken('is too old: begin with the first page again');
    return {
      lines: page.lines.map(lineMessage),
      nextPageToken: encodePageToken(page.next && fromPlace(page.next)),
      position: positionMessage(page.position),
    };
  }

  @GrpcMethod('StatementService', 'GetPosition')
  async getPosition(request: GetPositionRequest): Promise<GetPositionResponse> {
    const { accountId } = parseRequest(requests.getPosition, request);
    const position = await this.getPositionCase.execute(accountId);
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

function toPlace(pageToken: string): Place | undefined {
  const cursor = decodePageToken(pageToken);
  if (cursor === undefined) return undefined;
  const checked = requests.pageCursor.safeParse(cursor);
  if (checked.success) return checked.data;
  throw wrongToken('must be a token from the page before');
}

function fromPlace(place: Place): Record<string, string> {
  const before = `${place.before}`;
  return place.among === 'pending' ? { asOf: `${place.asOf}`, before } : { before };
}

function wrongToken(description: string): GrpcRefusal {
  return invalidRequest([{ field: 'page_token', description }]);
}
