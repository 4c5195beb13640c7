import { progressLine, progressText } from './progress-line.ts';

const told = { what: 'shard 0: journal audited', done: 1_200, all: 5_000, unit: 'batches', perSecond: 300 };

test('tells how far it is, how fast, and how long it takes yet', () => {
  expect(progressText(told)).toBe('shard 0: journal audited: 1200 of 5000 batches, 24 %, 300 batches/s, 13 s left');
  expect(progressText({ ...told, perSecond: 0.5 })).toMatch(/0\.5 batches\/s, 2 h 7 min left$/);
  expect(progressText({ ...told, done: 5_000 })).toMatch(/100 %, 300 batches\/s$/);
});

test('writes a line every ten seconds into a log, and the last one always', () => {
  const lines: string[] = [];
  let now = 0;
  const tell = progressLine({ write: (text) => lines.push(text) }, () => now);
  for (now = 0; now < 25_000; now += 1_000) tell(told);
  expect(lines).toHaveLength(3);
  tell({ ...told, done: 5_000 });
  expect(lines).toHaveLength(4);
});
