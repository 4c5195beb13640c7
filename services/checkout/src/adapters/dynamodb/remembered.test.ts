import { Remembered } from './remembered.ts';

test('what was asked for longest ago is forgotten first', () => {
  const remembered = new Remembered<string>(2);
  remembered.put('a', 'first');
  remembered.put('b', 'second');
  expect(remembered.get('a')).toBe('first');
  remembered.put('c', 'third');
  expect(remembered.get('b')).toBeUndefined();
  expect(remembered.get('a')).toBe('first');
  expect(remembered.get('c')).toBe('third');
});

test('what was never put in is not known', () => {
  expect(new Remembered<string>().get('a')).toBeUndefined();
});
