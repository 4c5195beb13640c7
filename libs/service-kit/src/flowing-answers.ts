import { ServerInterceptingCall } from '@grpc/grpc-js';

/** So many messages of a stream may be on their way to the connection at once. */
const most = 64;

/**
 * The messages of a stream without a wait between them. grpc-js sends one, and takes the next once the connection has
 * taken that: each is a write of its own, and a turn of the event loop. Here some are under way at once, which the
 * connection writes together. A caller who does not read holds them up all the same, only that many later.
 */
export class FlowingAnswers extends ServerInterceptingCall {
  private underWay = 0;
  private held: (() => void) | undefined;

  constructor(
    call: ConstructorParameters<typeof ServerInterceptingCall>[0],
    /** The method's own. */
    private readonly serialize: (message: unknown) => Buffer,
  ) {
    super(call);
  }

  override sendMessage(message: unknown, taken: () => void): void {
    this.underWay += 1;
    super.sendMessage(message, () => {
      this.underWay -= 1;
      const { held } = this;
      this.held = undefined;
      held?.();
    });
    // The stream has ended with that, which grpc-js tells nobody: a message after it would break it off without a status.
    if (!this.canBeSent(message)) return;
    // One at a time is asked for: whoever is held asks for no other.
    if (this.underWay < most) taken();
    else this.held = taken;
  }

  private canBeSent(message: unknown): boolean {
    try {
      this.serialize(message);
      return true;
    } catch {
      return false;
    }
  }
}
