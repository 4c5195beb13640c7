/** The tasks' results in order, with up to `width` tasks under way at a time. */
export async function* readAhead<Result>(
  tasks: Iterable<() => Promise<Result>>,
  width: number,
): AsyncGenerator<Result> {
  const underWay: Array<Promise<PromiseSettledResult<Result>>> = [];
  const iterator = tasks[Symbol.iterator]();
  const start = (): void => {
    const { value: task, done } = iterator.next();
    // Settled at once, so that a failure behind one that is not asked for any more is nobody's unhandled one.
    if (!done) underWay.push(Promise.allSettled([task()]).then(([result]) => result));
  };
  for (let count = 0; count < width; count++) start();
  for (let next = underWay.shift(); next; next = underWay.shift()) {
    const result = await next;
    if (result.status === 'rejected') throw result.reason;
    start();
    yield result.value;
  }
}
