import type { EventSink } from '../../application/ports.ts';

type ClosingSink = EventSink & { close(): Promise<void> };

/** A sink for each shard: what one cannot tell now keeps no other from telling. */
export class EventSinks {
  private readonly sinks: readonly ClosingSink[];

  constructor(shards: number, make: () => ClosingSink) {
    this.sinks = Array.from({ length: shards }, make);
  }

  of(shard: number): EventSink {
    const sink = this.sinks[shard];
    if (!sink) throw new Error(`there is no shard ${shard}`);
    return sink;
  }

  async close(): Promise<void> {
    await Promise.all(this.sinks.map((sink) => sink.close()));
  }
}
