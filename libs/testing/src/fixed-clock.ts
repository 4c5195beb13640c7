/** A clock that stands still until it is told to move. */
export class FixedClock {
  private ms: number;

  constructor(start: Date | string = '2026-11-21T12:00:00.000Z') {
    this.ms = new Date(start).getTime();
  }

  /** A function that can be handed over where a port wants one. */
  readonly now = (): Date => new Date(this.ms);

  advance(ms: number): void {
    this.ms += ms;
  }
}
