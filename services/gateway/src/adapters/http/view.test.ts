import { money, someWordsOf, told, valuesOf, wordsOf } from './view.ts';

enum Colour {
  COLOUR_UNSPECIFIED = 0,
  COLOUR_RED = 1,
  COLOUR_DARK_BLUE = 2,
}

test('an enum is told in words and back', () => {
  const colours = wordsOf(Colour, 'COLOUR', ['red', 'dark_blue']);
  expect(colours.toWord(Colour.COLOUR_DARK_BLUE)).toBe('dark_blue');
  expect(colours.toNumber('red')).toBe(Colour.COLOUR_RED);
});

test('a word that the contract lacks fails at once, a number without a word when it comes', () => {
  expect(() => wordsOf(Colour, 'COLOUR', ['green'])).toThrow('COLOUR has no green');
  expect(() => wordsOf(Colour, 'COLOUR', ['red', 'dark_blue']).toWord(0)).toThrow('COLOUR 0 has no word');
});

test('a value of the contract that has no word fails at once too, unless only some are meant', () => {
  expect(() => wordsOf(Colour, 'COLOUR', ['red'])).toThrow('COLOUR has no word for dark_blue');
  expect(someWordsOf(Colour, 'COLOUR', ['red']).schema.options).toEqual(['red']);
  expect(valuesOf(Colour, 'COLOUR')).toEqual(['red', 'dark_blue']);
});

test.each([
  ['BRL', '-10.05'],
  ['JPY', '-1005'],
  ['KWD', '-1.005'],
  ['PONTOS/0', '-1005'],
])('an amount of %s has the decimals of its currency', (currency, text) => {
  expect(money(-1_005n, currency)).toBe(text);
});

test('what proto3 left empty is not told', () => {
  expect(told({ orderId: '', cardId: 'crd_1', installments: 0, expiresAt: undefined })).toEqual({ cardId: 'crd_1' });
});
