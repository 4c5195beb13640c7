import type { EventOwner } from './event-owner.ts';

/** Something that will happen. */
export type Event = {
  /** Virtual milliseconds. */
  at: number;
  /** Decides between events of the same instant. */
  readonly tie: number;
  readonly label: string;
  readonly run: () => void;
  /** Whose turn it is: what a dead process had before it never happens, a paused one's waits. */
  readonly owner: EventOwner | undefined;
  /** It resolves no promise: nothing has to settle before the next event. */
  readonly quiet: boolean;
  cancelled: boolean;
};

/** Events by time: a binary heap. */
export class EventQueue {
  private readonly heap: Event[] = [];

  push(event: Event): void {
    const { heap } = this;
    let child = heap.push(event) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent] as Event;
      if (!before(event, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = event;
  }

  pop(): Event | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let parent = 0;
    for (;;) {
      let least = 2 * parent + 1;
      if (least >= heap.length) break;
      if (least + 1 < heap.length && before(heap[least + 1] as Event, heap[least] as Event)) least += 1;
      const below = heap[least] as Event;
      if (!before(below, last)) break;
      heap[parent] = below;
      parent = least;
    }
    heap[parent] = last;
    return first;
  }
}

function before(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.tie < other.tie);
}
