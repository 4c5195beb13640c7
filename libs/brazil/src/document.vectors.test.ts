import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from './document.ts';

type Vectors = Record<'cpf' | 'cnpj', { valid: string[]; invalid: string[] }>;

// The shared vectors lie beside the repository, not in it; a checkout without them says so instead of passing quietly.
const shared = process.env['IPE_SHARED'] ?? join(import.meta.dirname, '../../../../shared');
const file = join(shared, 'vectors/ids.json');
const present = existsSync(file);
if (!present) console.warn(`SKIPPED: the shared vectors of CPF and CNPJ (no ${file}; set IPE_SHARED)`);

(present ? test : test.skip)('agrees with the shared vectors of CPF and CNPJ', () => {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
  let checked = 0;
  for (const kind of ['cpf', 'cnpj'] as const) {
    for (const value of vectors[kind].valid) expect(parseDocument(value)).toEqual({ kind, value });
    for (const value of vectors[kind].invalid) expect([value, parseDocument(value)]).toEqual([value, undefined]);
    checked += vectors[kind].valid.length + vectors[kind].invalid.length;
  }
  expect(checked).toBeGreaterThan(0);
});
