import type { Instant } from './account.ts';

type Due = Readonly<{ at: Instant; id: string }>;

/** Open holds by the instant at which they run out: a binary heap that knows where each hold is, so that any can leave. */
export class ExpiryQueue {
  private readonly heap: Due[] = [];
  private readonly positions = new Map<string, number>();

  get size(): number {
    return this.heap.length;
  }

  /** The hold that runs out first; of two at the same instant, the one with the smaller id. */
  first(): Due | undefined {
    return this.heap[0];
  }

  add(id: string, at: Instant): void {
    if (this.positions.has(id)) throw new Error(`${id} is queued already`);
    this.heap.push({ at, id });
    this.positions.set(id, this.heap.length - 1);
    this.rise(this.heap.length - 1);
  }

  remove(id: string): void {
    const position = this.positions.get(id);
    if (position === undefined) return;
    this.swap(position, this.heap.length - 1);
    this.heap.pop();
    this.positions.delete(id);
    if (position < this.heap.length) {
      this.rise(position);
      this.sink(position);
    }
  }

  private rise(from: number): void {
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.before(child, parent)) return;
      this.swap(child, parent);
      child = parent;
    }
  }

  private sink(from: number): void {
    let parent = from;
    for (;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      let least = parent;
      if (left < this.heap.length && this.before(left, least)) least = left;
      if (right < this.heap.length && this.before(right, least)) least = right;
      if (least === parent) return;
      this.swap(parent, least);
      parent = least;
    }
  }

  private before(one: number, other: number): boolean {
    const a = this.at(one);
    const b = this.at(other);
    return a.at < b.at || (a.at === b.at && a.id < b.id);
  }

  private swap(one: number, other: number): void {
    const a = this.at(one);
    const b = this.at(other);
    this.heap[one] = b;
    this.heap[other] = a;
    this.positions.set(b.id, one);
    this.positions.set(a.id, other);
  }

  private at(position: number): Due {
    const due = this.heap[position];
    if (!due) throw new Error(`no hold at ${position}`);
    return due;
  }
}
