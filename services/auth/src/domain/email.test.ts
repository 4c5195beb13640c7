import { foldEmail } from './email.ts';

test('addresses that differ in case, spaces around or compatibility forms are one account', () => {
  expect(foldEmail('  Ana@Ipe.Example ')).toBe('ana@ipe.example');
  expect(foldEmail('ａna@ipe.example')).toBe('ana@ipe.example');
});

test('a full stop or a plus before the @ stays: not every provider ignores them', () => {
  expect(foldEmail('a.na+bank@ipe.example')).toBe('a.na+bank@ipe.example');
});
