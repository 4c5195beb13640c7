import { Rounds } from './rounds.ts';

/** Rounds whose work ends when it is told to. */
function held() {
  const ends: Array<(error?: Error) => void> = [];
  const rounds = new Rounds(
    () => new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve()))),
  );
  return { rounds, ends };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('who asks while a round is under way shares the next one, which begins thereafter', async () => {
  const { rounds, ends } = held();
  const first = rounds.ask();
  await turn();
  const others = [rounds.ask(), rounds.ask(), rounds.ask()];
  await turn();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await first;
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await Promise.all(others);
});

test('a round that fails fails for those who share it, and the next one is done all the same', async () => {
  const { rounds, ends } = held();
  const shared = [rounds.ask(), rounds.ask()];
  await turn();
  const next = rounds.ask();
  ends[0]?.(new Error('away'));
  for (const one of shared) await expect(one).rejects.toThrow('away');
  await turn();
  ends[1]?.();
  await next;
});
