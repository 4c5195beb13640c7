import type { EventOwner } from './event-owner.ts';
import { type Event, EventQueue } from './event-queue.ts';
import type { Random } from './random.ts';

/** A promise of the ledger that was not kept. */
export type Violation = Readonly<{ rule: Rule; detail: string; atMs: number }>;

/** What must hold whatever happens; see truth.ts, answers.ts, run-seed.ts; across shards, shards/. */
export type Rule =
  | 'one writer owns a sequence'
  | 'the journal has no gap'
  | 'the journal is one chain'
  | 'the books are right'
  | 'a key has one record'
  | 'held is the sum of the open holds'
  | 'a hold ends once'
  | 'a hold ends in time'
  | 'nothing forbidden is done'
  | 'acknowledged is durable'
  | 'a key has one answer'
  | 'a refusal is right'
  | 'reads tell the present'
  | 'together or not at all'
  | 'a dry run leaves nothing'
  | 'events tell what happened'
  | 'events are told in order'
  | 'every event is told'
  | 'everybody is served'
  | 'a replay gives the same state'
  | 'a remittance is delivered once'
  | 'a reservation ends once, and as it should'
  | 'balances are what was decided'
  | 'nothing is left between shards'
  | 'nothing throws';

/** Virtual time, what happens in it, and a digest by which two runs can be told apart. */
export class World {
  now = 0;
  violation: Violation | undefined;
  readonly counts = new Map<string, number>();
  private readonly queue = new EventQueue();
  private digest = 0x811c9dc5;
  private events = 0;

  constructor(
    readonly random: Random,
    private readonly tell?: (line: string) => void,
  ) {}

  /** Something happens after a while; to `owner`, if that still lives then. */
  after(delayMs: number, label: string, run: () => void, owner?: EventOwner, quiet = false): Event {
    const at = this.now + delayMs;
    const event = { at, tie: this.random.next(), label, run, owner, quiet, cancelled: false };
    this.queue.push(event);
    return event;
  }

  sleep(ms: number, label: string): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, label, resolve);
    });
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  note(text: () => string): void {
    if (this.tell) this.tell(`${this.now.toFixed(3).padStart(10)} ${text()}`);
  }

  /** Notes the first promise that is broken; the run ends after this event. */
  broken(rule: Rule, detail: string): void {
    this.violation ??= { rule, detail, atMs: this.now };
    this.note(() => `BROKEN: ${rule}: ${detail}`);
  }

  /** Makes something part of the digest. */
  mix(text: string): void {
    for (let at = 0; at < text.length; at++) {
      this.digest = Math.imul(this.digest ^ text.charCodeAt(at), 0x01000193);
    }
  }

  /** The same for the same events in the same order at the same times. */
  get fingerprint(): string {
    return `${(this.digest >>> 0).toString(16).padStart(8, '0')}-${this.events}`;
  }

  /** Lets things happen until `done`, or a promise is broken, or the time is over: then false. */
  run(done: () => boolean, withinMs: number): Promise<boolean> {
    const endsAt = this.now + withinMs;
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          if (this.violation || done()) resolve(true);
          else if (this.now > endsAt || !this.happen()) resolve(false);
          // A turn of its own for each event: all that it has set going in this thread ends before the next.
          else setImmediate(step);
        } catch (error) {
          reject(error);
        }
      };
      setImmediate(step);
    });
  }

  /** The next event, and quiet ones before it; false when nothing is left to happen. */
  private happen(): boolean {
    for (let event = this.queue.pop(); event; event = this.queue.pop()) {
      const { owner } = event;
      if (event.cancelled || owner?.isDead) continue;
      this.now = Math.max(this.now, event.at);
      if (owner && owner.pausedUntil > this.now) {
        event.at = owner.pausedUntil;
        this.queue.push(event);
        continue;
      }
      this.events += 1;
      this.digest = Math.imul(this.digest ^ Math.floor(this.now * 1_000), 0x01000193);
      this.digest = Math.imul(this.digest ^ event.label.length, 0x01000193);
      this.note(() => `${owner?.name ?? ''} ${event.label}`);
      event.run();
      if (!event.quiet) return true;
    }
    return false;
  }
}
