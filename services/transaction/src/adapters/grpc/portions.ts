/** So many go on in one turn of the event loop. */
const most = 32;

/**
 * Parts those who could all go on at once. A batch of the journal answers hundreds of calls when it is durable: with some
 * of them written, the connection takes these, and their callers go on while the rest is being written.
 */
export class Portions {
  private room = most;
  private isTurning = false;
  private readonly waiting: Array<() => void> = [];

  /** Resolves in this turn for the first, and for all others in one of the next, in the order in which they asked. */
  async next(): Promise<void> {
    if (!this.isTurning) this.turn();
    if (this.room > 0) this.room -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private turn(): void {
    this.isTurning = true;
    setImmediate(() => {
      this.isTurning = false;
      const some = this.waiting.splice(0, most);
      this.room = most - some.length;
      if (some.length > 0) this.turn();
      for (const goOn of some) goOn();
    });
  }
}
