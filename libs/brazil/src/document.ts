/** A person's CPF (11 digits) or a company's CNPJ (14 characters, letters too since 2026), without punctuation. */
export type BrazilianDocument = { readonly kind: 'cpf' | 'cnpj'; readonly value: string };

const cpfShape = /^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$/;
const cnpjShape = /^[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}\/?[0-9A-Za-z]{4}-?\d{2}$/;
const repeated = /^(.)\1+$/;

/**
 * Reads a CPF or CNPJ with or without its punctuation and the space around it; letters may be small.
 * Undefined when the shape or a check digit is wrong, or when it is one digit repeated (those pass the sum, nobody has one).
 */
export function parseDocument(text: string): BrazilianDocument | undefined {
  const trimmed = text.trim();
  const kind = cpfShape.test(trimmed) ? 'cpf' : cnpjShape.test(trimmed) ? 'cnpj' : undefined;
  if (!kind) return undefined;
  const value = trimmed.replace(/[./-]/g, '').toUpperCase();
  if (repeated.test(value)) return undefined;
  const root = value.slice(0, -2);
  const heaviest = kind === 'cpf' ? 11 : 9;
  const first = checkDigit(root, heaviest);
  const second = checkDigit(`${root}${first}`, heaviest);
  return value === `${root}${first}${second}` ? { kind, value } : undefined;
}

/** For screens: the middle alone, as the government's own pages show it (`***.982.247-**`, `**.ABC.345/****-**`). */
export function maskDocument({ kind, value }: BrazilianDocument): string {
  return kind === 'cpf'
    ? `***.${value.slice(3, 6)}.${value.slice(6, 9)}-**`
    : `**.${value.slice(2, 5)}.${value.slice(5, 8)}/****-**`;
}

/**
 * Modulus 11, weights from 2 at the right end; a CNPJ's begin again after 9, a CPF's never get that far (11 is its last).
 * A letter counts as its ASCII code less 48, as Nota Técnica RFB 49/2024 has it: A is 17.
 */
function checkDigit(digits: string, heaviest: number): number {
  let sum = 0;
  let weight = 2;
  for (let place = digits.length - 1; place >= 0; place -= 1) {
    sum += (digits.charCodeAt(place) - 48) * weight;
    weight = weight === heaviest ? 2 : weight + 1;
  }
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}
