/** Remembers that a connection to the store has closed, in use or idle. */
export class ConnectionWatch {
  private closed = false;

  readonly onDisconnect = (): void => {
    this.closed = true;
  };

  /** Whether one has closed since this was asked last. */
  wasClosed(): boolean {
    const { closed } = this;
    this.closed = false;
    return closed;
  }
}
