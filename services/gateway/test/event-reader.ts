export type StreamEvent = { event: string; id: string | undefined; data: Record<string, unknown> };

/** Reads a stream of Server-Sent Events as a browser does. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  readonly ended: Promise<void>;
  private readonly gone = new AbortController();

  private constructor(
    readonly response: Response,
    gone: AbortController,
  ) {
    this.gone = gone;
    this.ended = this.read();
  }

  static async open(url: string, headers: Record<string, string>): Promise<EventReader> {
    const gone = new AbortController();
    return new EventReader(await fetch(url, { headers, signal: gone.signal }), gone);
  }

  of(event: string): StreamEvent[] {
    return this.events.filter((each) => each.event === event);
  }

  async close(): Promise<void> {
    this.gone.abort();
    await this.ended;
  }

  private async read(): Promise<void> {
    let buffer = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.response.body ?? []) {
        buffer += decoder.decode(chunk, { stream: true });
        const blocks = buffer.split('\n\n');
        buffer = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch (error) {
      if (!this.gone.signal.aborted) throw error;
    }
  }

  private take(block: string): void {
    const fields = new Map<string, string>();
    for (const written of block.split('\n')) {
      const at = written.indexOf(': ');
      if (written.startsWith(':')) this.comments.push(written.slice(2));
      else fields.set(written.slice(0, at), written.slice(at + 2));
    }
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({ event: fields.get('event') ?? 'message', id: fields.get('id'), data: JSON.parse(data) });
  }
}
