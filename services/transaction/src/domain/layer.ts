/** A map on top of another: what is set in it leaves the one below as it was. */
export class Layer<Value> extends Map<string, Value> {
  constructor(private readonly below: ReadonlyMap<string, Value>) {
    super();
  }

  override get(key: string): Value | undefined {
    return super.get(key) ?? this.below.get(key);
  }

  override has(key: string): boolean {
    return super.has(key) || this.below.has(key);
  }
}
