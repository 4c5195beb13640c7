import { Controller, Logger, type OnModuleDestroy, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import { Refused } from '../../application/refused.ts';
import { type Watch, WatchStatement } from '../../application/watch-statement.ts';
import { formatCursor, parseCursor, type StreamCursor } from '../../domain/stream-cursor.ts';
import type { Principal } from '../tokens/token-checker.ts';
import { Authenticated, CustomerId } from './caller.ts';
import { EventStream } from './event-stream.ts';
import { accountId } from './fields.ts';
import { refuse } from './problems.ts';
import { Route } from './route.ts';
import { viewLine } from './statement.schema.ts';

const streamQuery = z.strictObject({ accountId: accountId.optional() });
type StreamQuery = z.output<typeof streamQuery>;

const maxStreamsOfOne = 20;
const openStreams = new Gauge({ name: 'statement_streams_open', help: 'Live streams of statement lines.' });

/** How often a stream says that it is alive. */
export class HeartbeatMs {
  constructor(readonly value: number) {}
}

@Controller()
export class StatementStreamController implements OnModuleDestroy {
  private readonly logger = new Logger(StatementStreamController.name);
  private readonly open = new Map<string, Set<EventStream>>();

  constructor(
    private readonly watchStatement: WatchStatement,
    private readonly heartbeat: HeartbeatMs,
  ) {}

  @Route('GET', '/v1/statement/stream', {
    summary: 'Follow the statement live (Server-Sent Events)',
    description:
      'Event `ready` tells where the stream begins, event `line` is a line that is new or changed, event `end` says why ' +
      'the stream ends. An event’s id is a cursor of all accounts; sent back as Last-Event-ID, nothing is lost.',
    tag: 'Statement',
    access: ['statement:read'],
    answers: { 200: { description: 'The stream', mediaType: 'text/event-stream', schema: z.string() } },
    problems: { 422: 'too_many_accounts' },
  })
  async stream(
    @CustomerId() customerId: string,
    @Authenticated() { expiresAt }: Principal,
    @Query({ schema: streamQuery }) query: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const streams = this.open.get(customerId) ?? new Set();
    if (streams.size >= maxStreamsOfOne) throw new Refused('too_many_streams');
    const watch: Watch = { customerId, accountId: query.accountId, resumeFrom: cursorOf(request) };
    const from = await this.watchStatement.begin(watch);
    const stream = new EventStream(reply, this.heartbeat.value);
    const expiry = setTimeout(() => stream.end('token_expired'), Math.max(expiresAt.getTime() - Date.now(), 0));
    this.open.set(customerId, streams.add(stream));
    openStreams.inc();
    try {
      await this.follow(stream, watch, from);
    } catch (error) {
      this.logger.error(error);
      stream.end('internal');
    } finally {
      clearTimeout(expiry);
      streams.delete(stream);
      if (streams.size === 0) this.open.delete(customerId);
      openStreams.dec();
    }
  }

  onModuleDestroy(): void {
    for (const stream of [...this.open.values()].flatMap((streams) => [...streams])) stream.end('restarting');
  }

  private async follow(stream: EventStream, watch: Watch, from: StreamCursor): Promise<void> {
    await stream.send('ready', formatCursor(from), { accountIds: [...from.keys()] });
    for await (const { line, cursor } of this.watchStatement.lines(watch, from, stream.closed)) {
      await stream.send('line', formatCursor(cursor), viewLine(line));
    }
  }
}

function cursorOf({ headers }: FastifyRequest): StreamCursor | undefined {
  const written = headers['last-event-id'];
  if (typeof written !== 'string' || written === '') return undefined;
  const cursor = parseCursor(written);
  if (cursor) return cursor;
  throw refuse('invalid_request', {
    errors: [{ field: 'Last-Event-ID', rule: 'must be the id of an event of this stream' }],
  });
}
