import fc from 'fast-check';
import { type Place, placeOf, transactionId } from './transaction-id.ts';

const places = fc.record({
  shard: fc.nat(1_023),
  sequence: fc.nat(2 ** 45 - 1),
  index: fc.nat(32_767),
});

test('an id tells its place', () => {
  fc.assert(fc.property(places, (place) => expect(placeOf(transactionId(place))).toEqual(place)));
});

test('ids sort as their places do', () => {
  const order = (a: Place, b: Place) => a.shard - b.shard || a.sequence - b.sequence || a.index - b.index;
  fc.assert(
    fc.property(places, places, (a, b) => {
      const [one, other] = [transactionId(a), transactionId(b)];
      expect(one < other ? -1 : Number(one > other)).toBe(Math.sign(order(a, b)));
    }),
  );
});

test('has a fixed width', () => {
  expect(transactionId({ shard: 0, sequence: 1, index: 0 })).toBe('t00000000001000');
});

test.each(['', 't', 'x00000000001000', 't0000000000100', 't0000000000100l', 'T00000000001000'])(
  'knows that %p is no id',
  (text) => {
    expect(placeOf(text)).toBeUndefined();
  },
);

test('refuses a place that does not fit', () => {
  expect(() => transactionId({ shard: 1_024, sequence: 1, index: 0 })).toThrow('does not fit');
  expect(() => transactionId({ shard: 0, sequence: -1, index: 0 })).toThrow('does not fit');
});
