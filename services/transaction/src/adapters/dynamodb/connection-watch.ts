/** Remembers that a connection to the store has closed, in use or idle. */
export class ConnectionWatch {
  private closures = 0;
  /** How many closures each shard knows of. */
  private readonly known = new Map<number, number>();

  readonly onDisconnect = (): void => {
    this.closures += 1;
  };

  /** Whether one has closed since this was asked last for a shard. */
  wasClosed(shard: number): boolean {
    const known = this.known.get(shard) ?? 0;
    this.known.set(shard, this.closures);
    return this.closures > known;
  }
}
