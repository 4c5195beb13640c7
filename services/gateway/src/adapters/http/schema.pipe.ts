import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { refuse } from './problems.ts';

/** Parses what a handler names a schema for; every broken rule is told with its field. */
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, { schema, type }: ArgumentMetadata): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    const result = schema.safeParse(value, { error: ruleOf });
    if (result.success) return result.data;
    // An id in a path that no id of ours looks like names nothing.
    if (type === 'param') throw refuse('not_found');
    throw refuse('invalid_request', { errors: result.error.issues.flatMap(toErrors) });
  }
}

export function toErrors(issue: z.core.$ZodIssue): { field: string; rule: string }[] {
  const at = fieldName(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ field: at || 'body', rule: issue.message }];
  return issue.keys.map((key) => ({ field: (at ? `${at}.${key}` : key).slice(0, 100), rule: 'unknown field' }));
}

/** `items[0].price`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name ? `${name}.${String(part)}` : String(part);
  }, '');
}

/** Rules in words where the schema itself has none. Never the value: it may be a secret. */
export function ruleOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is required';
    const article = /^[aeio]/.test(issue.expected) ? 'an' : 'a';
    return `must be ${article} ${issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return undefined;
}
