import { once } from 'node:events';
import type { FastifyReply } from 'fastify';

export type EndReason = 'token_expired' | 'restarting' | 'internal';

/** A response of Server-Sent Events that waits for a slow reader instead of storing for it. */
export class EventStream {
  private readonly gone = new AbortController();
  private readonly beat: NodeJS.Timeout;

  constructor(
    private readonly reply: FastifyReply,
    heartbeatMs: number,
  ) {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined)),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies must hand events on as they come.
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 1000\n\n');
    raw.on('close', () => this.stop());
    raw.on('error', () => this.stop());
    this.beat = setInterval(() => {
      if (!raw.writableNeedDrain) raw.write(': still here\n\n');
    }, heartbeatMs);
  }

  /** Aborts when the reader has gone or the stream has been ended. */
  get closed(): AbortSignal {
    return this.gone.signal;
  }

  /** Resolves when the reader can take more. */
  async send(event: string, id: string, data: unknown): Promise<void> {
    if (this.closed.aborted) return;
    // Nobody without an account has a cursor: without an id line, a reader keeps the one it has.
    const idLine = id === '' ? '' : `id: ${id}\n`;
    const taken = this.reply.raw.write(`event: ${event}\n${idLine}data: ${JSON.stringify(data)}\n\n`);
    if (taken) return;
    try {
      await once(this.reply.raw, 'drain', { signal: this.closed });
    } catch (error) {
      if (!this.closed.aborted) throw error;
    }
  }

  end(reason: EndReason): void {
    if (this.closed.aborted) return;
    this.reply.raw.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    this.stop();
  }

  private stop(): void {
    clearInterval(this.beat);
    this.gone.abort();
  }
}
