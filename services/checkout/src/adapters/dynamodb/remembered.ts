/** Things that never change, by id: those asked for last. What is absent is not remembered, because it may come. */
export class Remembered<T> {
  private readonly byId = new Map<string, T>();

  /** most: how many are kept. */
  constructor(private readonly most = 10_000) {}

  get(id: string): T | undefined {
    const thing = this.byId.get(id);
    if (thing !== undefined) this.put(id, thing);
    return thing;
  }

  put(id: string, thing: T): void {
    // A map keeps the order of insertion: its first one was asked for longest ago.
    this.byId.delete(id);
    this.byId.set(id, thing);
    if (this.byId.size <= this.most) return;
    const [oldest] = this.byId.keys();
    if (oldest !== undefined) this.byId.delete(oldest);
  }
}
