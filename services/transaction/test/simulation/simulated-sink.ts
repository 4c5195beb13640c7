import type { EventSink } from '../../src/application/ports.ts';
import type { LedgerRecord } from '../../src/domain/record.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { Truth } from './truth.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

/** What readers of the events' topic have seen, repetitions left out: each account's entries, in order. */
export class ToldEvents {
  private readonly last = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
  ) {}

  tell({ change }: LedgerRecord): void {
    if (change.kind === 'cancelled') return;
    for (const { accountId, sequence, hash } of change.entries) {
      const told = this.last.get(accountId) ?? 0;
      this.world.count('events told');
      const happened = this.truth.entryHash(accountId, sequence);
      if (happened !== hash) this.world.broken('events tell what happened', `${accountId}#${sequence} never happened`);
      if (sequence > told + 1) {
        this.world.broken('events are told in order', `${accountId}#${sequence} was told after ${told}`);
      }
      this.last.set(accountId, Math.max(told, sequence));
    }
  }

  /** The first account of which something is not told; undefined when all is. */
  missing(): string | undefined {
    for (const id of this.truth.accounts.ids()) {
      const { sequence } = this.truth.state.accounts.get(id) ?? { sequence: 0 };
      const told = this.last.get(id) ?? 0;
      if (told < sequence) return `${id} is told up to ${told} of ${sequence}`;
    }
    return undefined;
  }
}

/** A replica's way to the events' topic: slow, at times away, and failing before or after it told. */
export class SinkLink implements EventSink {
  constructor(
    private readonly world: World,
    private readonly process: SimulatedProcess,
    private readonly told: ToldEvents,
    private readonly weather: Weather,
  ) {}

  publish(records: readonly LedgerRecord[]): Promise<void> {
    const { world, process, weather } = this;
    const { random } = world;
    const isAway = weather.sinkAwayUntil > world.now && !weather.calm;
    const fails = isAway || (!weather.calm && random.chance(weather.sinkFails));
    const tells = !isAway && (!fails || random.chance(0.5));
    if (fails) world.count('events: send failed');
    const thereMs = weather.latencyMs();
    return new Promise((resolve, reject) => {
      const arrive = () => {
        for (const record of records) this.told.tell(record);
      };
      if (tells) world.after(thereMs, 'events arrive', arrive, undefined, true);
      const end = () => (fails ? reject(new Error('the events could not be sent')) : resolve());
      world.after(thereMs + weather.latencyMs(), fails ? 'events fail' : 'events are sent', end, process);
    });
  }
}
