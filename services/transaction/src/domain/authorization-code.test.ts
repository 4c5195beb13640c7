import fc from 'fast-check';
import { authorizationCode } from './authorization-code.ts';

test('an authorisation code has six characters that nobody misreads', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (number) => {
      expect(authorizationCode(number.toString(16).padStart(8, '0'))).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}$/);
    }),
  );
});
