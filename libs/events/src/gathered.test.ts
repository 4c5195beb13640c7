import { gathered } from './gathered.ts';

/** Work that ends when it is told to. */
class Work {
  readonly groups: string[][] = [];
  private readonly ends: PromiseWithResolvers<void>[] = [];
  readonly bring = gathered<string>((items) => {
    this.groups.push([...items]);
    const end = Promise.withResolvers<void>();
    this.ends.push(end);
    return end.promise;
  }, 3);

  end(group: number, error?: Error): void {
    if (error) this.ends[group]?.reject(error);
    else this.ends[group]?.resolve();
  }
}

const aMoment = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('what comes at once is one group; what comes while it is under way is the next', async () => {
  const work = new Work();
  const first = [work.bring(['a']), work.bring(['b'])];
  await aMoment();
  const second = [work.bring(['c']), work.bring(['d'])];
  await aMoment();
  expect(work.groups).toEqual([['a', 'b']]);
  work.end(0);
  await Promise.all(first);
  await aMoment();
  expect(work.groups).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  work.end(1);
  await Promise.all(second);
});

test('a full group does not wait, and what one caller brings is never parted', async () => {
  const work = new Work();
  const all = [work.bring(['a', 'b']), work.bring(['c', 'd']), work.bring(['e'])];
  await aMoment();
  expect(work.groups).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ]);
  work.end(1);
  work.end(0);
  await Promise.all(all);
});

test('more than fits, of one caller, is a group of its own', async () => {
  const work = new Work();
  const all = [work.bring(['a', 'b', 'c', 'd']), work.bring(['e'])];
  await aMoment();
  expect(work.groups).toEqual([['a', 'b', 'c', 'd']]);
  work.end(0);
  await aMoment();
  work.end(1);
  await Promise.all(all);
});

test('each caller of a group that failed is told, and the next group is done all the same', async () => {
  const work = new Work();
  const first = [work.bring(['a']), work.bring(['b'])];
  await aMoment();
  const second = work.bring(['c']);
  work.end(0, new Error('away'));
  const outcomes = await Promise.allSettled(first);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await aMoment();
  work.end(1);
  await second;
});
