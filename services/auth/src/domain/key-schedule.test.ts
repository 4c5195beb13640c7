import { activeKey, dueKey, retiredKeys } from './key-schedule.ts';

const start = new Date('2026-11-21T12:00:00Z');
const hours = (count: number): Date => new Date(start.getTime() + count * 3_600_000);
const rules = { lifetimeMs: 100 * 3_600_000, leadMs: 10 * 3_600_000, keepMs: 2 * 3_600_000 };
const first = { sequence: 1, activeFrom: start };
const second = { sequence: 2, activeFrom: hours(100) };

test('the first key is made at once and signs at once', () => {
  expect(dueKey([], rules, start)).toEqual(first);
});

test('the next key is made a lead before the last one ends, and signs from its end on', () => {
  expect(dueKey([first], rules, hours(89))).toBeUndefined();
  expect(dueKey([first], rules, hours(90))).toEqual(second);
  expect(dueKey([first, second], rules, hours(91))).toBeUndefined();
});

test('after a long stop the next key is still published a lead before it signs', () => {
  expect(dueKey([first], rules, hours(500))).toEqual({ sequence: 2, activeFrom: hours(510) });
});

test('a key signs until its successor does', () => {
  expect(activeKey([second, first], hours(99))).toBe(first);
  expect(activeKey([second, first], hours(100))).toBe(second);
  expect(activeKey([], start)).toBeUndefined();
});

test('a clock that is behind finds the earliest key', () => {
  expect(activeKey([first], hours(-1))).toBe(first);
});

test('a key is kept until the tokens that it signed have expired', () => {
  expect(retiredKeys([first, second], rules, hours(101))).toEqual([]);
  expect(retiredKeys([first, second], rules, hours(102))).toEqual([first]);
  expect(retiredKeys([second], rules, hours(900))).toEqual([]);
});
