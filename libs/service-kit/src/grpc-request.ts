import { z } from 'zod';
import { type FieldViolation, invalidRequest } from './refusal.ts';

/** Checks a decoded request's meaning. Throws INVALID_ARGUMENT with every violation, fields named as the proto does. */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, request: unknown): z.output<Schema> {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues.map(toViolation));
}

function toViolation(issue: z.core.$ZodIssue): FieldViolation {
  let field = '';
  for (const part of issue.path) {
    if (typeof part === 'number') field += `[${part}]`;
    else field += `${field ? '.' : ''}${String(part).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  }
  return { field, description: issue.message };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Text that a person wrote: no control or direction-changing characters, no space around, `min` to `max` characters. */
export function plainText(min: number, max: number): z.ZodString {
  return (
    z
      .string()
      .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
      .max(max, `must have at most ${max} characters`)
      .refine((text) => !controls.test(text), 'must not contain control characters')
      // Half a surrogate pair: protobuf would store another text than was sent.
      .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
      .refine((text) => text === text.trim(), 'must not begin or end with a space')
  );
}

const visibleAscii = () => z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters');

/** 1 to 128 visible ASCII characters. */
export const idempotencyKey = visibleAscii();

/** Who asks: 1 to 128 visible ASCII characters. */
export const caller = visibleAscii();

/** Ids of this platform: `acc_…`, `system:cash`. */
export const entityId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ : -');

/** Optional in proto3: the empty string stands for absent. */
export const optionalEntityId = z.union([z.literal('').transform(() => undefined), entityId]);

/** More than zero, less than a hundred billion reais. */
export const positiveCents = z
  .bigint()
  .min(1n, 'must be more than zero')
  .max(9_999_999_999_999n, 'must be at most 9999999999999 cents');

/** 1 to 100; 0 counts as 50. */
export const pageSize = z
  .int()
  .min(0, 'must be 0 to 100')
  .max(100, 'must be 0 to 100')
  .transform((size) => size || 50);
