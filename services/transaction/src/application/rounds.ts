/** Work that many ask for at once: those who ask while a round is under way share the next. */
export class Rounds<Result = void> {
  private present: Promise<unknown> = Promise.resolve();
  private next: Promise<Result> | undefined;

  constructor(private readonly work: () => Promise<Result>) {}

  /** A round that begins after this call. Rejects as the work does. */
  ask(): Promise<Result> {
    this.next ??= this.present.then(() => {
      this.next = undefined;
      const round = this.work();
      this.present = round.catch(() => undefined);
      return round;
    });
    return this.next;
  }
}
