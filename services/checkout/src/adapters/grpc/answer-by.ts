/** What a caller's deadline leaves for the way back. */
const marginMs = 250;

/** When an answer must be given: within the service's own time, and before the caller hangs up. */
export class AnswerWithin {
  constructor(private readonly ownMs: number) {}

  /** deadline: as grpc-js tells it, a Date, milliseconds of the epoch, or Infinity. */
  by(deadline: Date | number): Date {
    return new Date(Math.min(Date.now() + this.ownMs, Number(deadline) - marginMs));
  }
}
