import fc from 'fast-check';
import { ExpiryQueue } from './expiry-queue.ts';

test('gives the earliest hold, of two at the same instant the smaller id', () => {
  const queue = new ExpiryQueue();
  queue.add('b', 5);
  queue.add('a', 5);
  queue.add('c', 9);
  expect(queue.first()).toEqual({ id: 'a', at: 5 });
});

test('is in order whatever joins and leaves', () => {
  const steps = fc.array(fc.record({ id: fc.nat(20), at: fc.nat(10) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (some) => {
      const queue = new ExpiryQueue();
      const expected = new Map<string, number>();
      for (const { id, at } of some) {
        const name = String(id).padStart(2, '0');
        if (expected.delete(name)) queue.remove(name);
        else {
          expected.set(name, at);
          queue.add(name, at);
        }
        const [least] = [...expected].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
        expect(queue.first()).toEqual(least && { id: least[0], at: least[1] });
        expect(queue.size).toBe(expected.size);
      }
    }),
  );
});

test('forgets nothing and takes nothing twice', () => {
  const queue = new ExpiryQueue();
  queue.add('a', 1);
  queue.remove('unknown');
  expect(queue.size).toBe(1);
  expect(() => queue.add('a', 2)).toThrow('queued already');
});
