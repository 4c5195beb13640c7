import { advanceCursor, formatCursor, parseCursor } from './stream-cursor.ts';

test('a cursor of several accounts survives being written and read', () => {
  const cursor = new Map([
    ['acc_1', 7n],
    ['acc_2', 9007199254740993n],
  ]);
  expect(formatCursor(cursor)).toBe('acc_1:7,acc_2:9007199254740993');
  expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
});

test.each(['', 'acc_1', 'acc_1:', 'acc_1:-1', 'acc_1:1,', 'acc 1:1', 'acc_1:1;acc_2:2', `acc_1:${'9'.repeat(19)}`])(
  'refuses the cursor %j',
  (text) => {
    expect(parseCursor(text)).toBeUndefined();
  },
);

test('refuses a cursor of more accounts than a stream may watch', () => {
  const text = Array.from({ length: 21 }, (_, at) => `acc_${at}:1`).join(',');
  expect(parseCursor(text)).toBeUndefined();
});

test('a line that is sent again does not move the cursor backwards', () => {
  const cursor = advanceCursor(new Map([['acc_1', 7n]]), 'acc_1', 8n);
  expect(formatCursor(advanceCursor(cursor, 'acc_1', 5n))).toBe('acc_1:8');
});
