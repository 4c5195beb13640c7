/**
 * Does together what several callers bring at once: one piece of work for all that came while the one before was under
 * way, instead of one for each. A group that is full does not wait for it; what a caller brings stays together. Where
 * the work fails, each of its callers is told.
 */
export function gathered<Item>(
  work: (items: readonly Item[]) => Promise<void>,
  atMost: number,
): (items: readonly Item[]) => Promise<void> {
  const waiting: Brought<Item>[] = [];
  let underWay = 0;

  const begin = () => {
    while (waiting.length > 0 && (underWay === 0 || countOf(waiting) >= atMost)) {
      const group = nextGroup(waiting, atMost);
      underWay += 1;
      void work(group.flatMap(({ items }) => items))
        .then(
          () => group.forEach(({ done }) => void done.resolve()),
          (error: unknown) => group.forEach(({ done }) => void done.reject(error)),
        )
        .finally(() => {
          underWay -= 1;
          begin();
        });
    }
  };

  return (items) => {
    const done = Promise.withResolvers<void>();
    waiting.push({ items, done });
    // Those who come within one turn of the event loop share the first group, too.
    setImmediate(begin);
    return done.promise;
  };
}

type Brought<Item> = Readonly<{ items: readonly Item[]; done: PromiseWithResolvers<void> }>;

/** Takes the first off, and those behind it that fit beside it. */
function nextGroup<Item>(waiting: Brought<Item>[], atMost: number): Brought<Item>[] {
  let fits = 1;
  while (fits < waiting.length && countOf(waiting.slice(0, fits + 1)) <= atMost) fits += 1;
  return waiting.splice(0, fits);
}

function countOf<Item>(brought: readonly Brought<Item>[]): number {
  return brought.reduce((sum, { items }) => sum + items.length, 0);
}
