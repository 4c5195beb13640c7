import { randomInt } from 'node:crypto';
import type { RandomDigits } from '../../application/ports.ts';

export class CryptoDigits implements RandomDigits {
  next(count: number): string {
    return Array.from({ length: count }, () => randomInt(10)).join('');
  }
}
