import { parseAsset } from './asset.ts';

test.each([
  ['BRL', 2],
  ['USD', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['IQD', 3],
  ['CLF', 4],
])('%s counts in units of %i decimals, as ISO 4217 says', (code, scale) => {
  expect(parseAsset(code)).toEqual({ code, scale });
});

test.each([
  ['PONTOS/0', 'PONTOS', 0],
  ['MILHAS_2026/2', 'MILHAS_2026', 2],
  ['XAU/4', 'XAU', 4],
  ['ETH/18', 'ETH', 18],
  ['AB/1', 'AB', 1],
  ['A234567890123456/0', 'A234567890123456', 0],
])('%s is a unit of the bank with its scale', (text, code, scale) => {
  expect(parseAsset(text)).toEqual({ code, scale });
});

test.each([
  '',
  'brl',
  'BRL ',
  'XXX',
  'XAU',
  'DEM',
  'PONTOS',
  'PONTOS/',
  'PONTOS/00',
  'PONTOS/19',
  'PONTOS/-1',
  'PONTOS/2/2',
  'pontos/0',
  'A/0',
  '1A/0',
  'A2345678901234567/0',
  'BRL/4',
  'BRL/2',
])('"%s" is no asset', (text) => {
  expect(parseAsset(text)).toBeUndefined();
});
