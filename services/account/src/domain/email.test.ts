import { foldEmail } from './email.ts';

test.each([
  ['ana@example.com', 'ana@example.com'],
  [' Ana.Souza+bank@Example.COM.br ', 'ana.souza+bank@example.com.br'],
])('reads %p', (text, folded) => {
  expect(foldEmail(text)).toBe(folded);
});

test.each([
  '',
  'ana',
  'ana@',
  '@example.com',
  'ana@example',
  'ana@-example.com',
  'ana@example..com',
  'ana souza@example.com',
  'ana@example.com\nbcc: eve@example.com',
  'Ana <ana@example.com>',
  'aná@example.com',
  `${'a'.repeat(65)}@example.com`,
  `ana@${'a.'.repeat(130)}com`,
])('refuses %p', (text) => {
  expect(foldEmail(text)).toBeUndefined();
});
