import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ledgerFields } from '../../application/reconciliation/read-settlement-entries.ts';
import type { MatchingRule } from '../../domain/reconciliation/match-settlement.ts';
import type { Profile } from '../../domain/reconciliation/settlement-file.ts';

/** Everything that is wrong with a profile or with rules, one problem a line. */
export class UnfitFile extends Error {
  override name = 'UnfitFile';

  constructor(
    file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file} has ${problems.length} problem(s):\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

const name = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -');
const accountId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be the id of an account');
const place = z.int().min(1, 'places are counted from 1').max(10_000);
const column = z.strictObject({ column: z.string().min(1).max(100) });
const places = z
  .strictObject({ from: place, to: place })
  .refine(({ from, to }) => from <= to, 'must not end before it begins');
/** A place alone is that one place. */
const source = z.union([column, places], 'must be {"column": …} or {"from": …, "to": …}');
const condition = z.strictObject({ source, equals: z.string().max(100) });
const marks = z.array(z.string().max(20)).min(1);

const csv = z.strictObject({
  kind: z.literal('csv'),
  delimiter: z.enum([',', ';', '\t', '|']),
  only: z.array(condition).default([]),
});

const trailer = z.strictObject({
  type: z.string().min(1).max(10),
  of: z.union([z.literal('file'), z.strictObject({ opens: z.string().min(1).max(10) })]),
  count: z.strictObject({ source, counts: z.enum(['details', 'records']) }).optional(),
  sum: z.strictObject({ source }).optional(),
});

const fixed = z.strictObject({
  kind: z.literal('fixed'),
  length: z.int().min(10).max(10_000),
  type: places,
  header: z.string().min(1).max(10),
  details: z.strictObject({ type: z.string().min(1).max(10), only: z.array(condition).default([]) }),
  trailers: z.array(trailer).default([]),
});

const profileSchema = z
  .strictObject({
    name,
    account: accountId,
    mendAccount: accountId,
    encoding: z.enum(['utf-8', 'latin1']),
    layout: z.discriminatedUnion('kind', [csv, fixed]),
    amount: z.strictObject({
      source,
      format: z.enum(['cents', 'decimal-point', 'decimal-comma']),
      sign: z.strictObject({ source, plus: marks, minus: marks }).optional(),
      ledgerSign: z.enum(['same', 'opposite']),
    }),
    date: z.strictObject({
      source,
      format: z.enum(['YYYY-MM-DD', 'YYYYMMDD', 'DD/MM/YYYY', 'DDMMYYYY', 'DDMMYY', 'instant']),
    }),
    fields: z.record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'must be a name of up to 40 letters, digits and _'),
      z.strictObject({ source, required: z.boolean().default(false), trimZeros: z.boolean().default(false) }),
    ),
  })
  .superRefine((profile, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (profile.account === profile.mendAccount) wrong(['mendAccount'], 'must not be the account itself');
    for (const reserved of ['date', 'amount', 'reconciles_line']) {
      if (Object.hasOwn(profile.fields, reserved)) wrong(['fields', reserved], 'is a name with a meaning of its own');
    }
    for (const [path, its] of sourcesIn(profile, [])) {
      if (profile.layout.kind === 'csv' && 'from' in its) wrong(path, 'a CSV file has columns, and no places');
      if (profile.layout.kind === 'fixed' && 'column' in its)
        wrong(path, 'a file of fixed width has places, and no columns');
      if (profile.layout.kind === 'fixed' && 'to' in its && its.to > profile.layout.length) {
        wrong(path, `lies beyond the ${profile.layout.length} places of a record`);
      }
    }
  });

/** Every source in a profile, wherever it stands. */
function* sourcesIn(
  value: unknown,
  path: string[],
): Generator<[string[], { column: string } | { from: number; to: number }]> {
  if (typeof value !== 'object' || value === null) return;
  if ('column' in value || ('from' in value && 'to' in value)) {
    yield [path, value as { column: string } | { from: number; to: number }];
    return;
  }
  for (const [key, inner] of Object.entries(value)) yield* sourcesIn(inner, [...path, key]);
}

const agreement = z.enum(['must', 'compare']);
const ruleSchema = z
  .strictObject({
    name,
    keys: z.array(z.strictObject({ file: z.string().min(1), ledger: z.string().min(1) })).max(5),
    amount: agreement,
    date: z
      .strictObject({ within: z.int().min(0).max(60), days: z.enum(['business', 'calendar']), as: agreement })
      .optional(),
    cardinality: z.enum(['one-to-one', 'many-ledger', 'many-file']).default('one-to-one'),
  })
  .superRefine(({ keys, amount, cardinality }, context) => {
    if (keys.length > 0) return;
    const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['keys'], message });
    if (amount === 'compare') wrong('without keys the amount must agree');
    if (cardinality !== 'one-to-one') wrong('a sum needs keys: any lines may come to any amount');
  });
const rulesSchema = z.strictObject({ rules: z.array(ruleSchema).min(1).max(50) });

/** Throws UnfitFile with every problem. */
export function readProfile(file: string): Profile {
  return parsed(profileSchema, file);
}

/** Throws UnfitFile with every problem, also of names that neither the profile nor the ledger has. */
export function readRules(file: string, profile: Profile): MatchingRule[] {
  const { rules } = parsed(rulesSchema, file);
  const problems: string[] = [];
  for (const [index, rule] of rules.entries()) {
    if (rules.findIndex((other) => other.name === rule.name) < index)
      problems.push(`rules.${index}.name: is there twice`);
    for (const [at, { file: its, ledger }] of rule.keys.entries()) {
      if (!['date', 'amount'].includes(its) && !Object.hasOwn(profile.fields, its)) {
        problems.push(`rules.${index}.keys.${at}.file: the profile ${profile.name} has no field ${its}`);
      }
      if (!['date', 'amount', ...ledgerFields].includes(ledger) && !/^metadata\.[^.\s]+$/.test(ledger)) {
        problems.push(
          `rules.${index}.keys.${at}.ledger: must be date, amount, metadata.<key>, ${ledgerFields.join(', ')}`,
        );
      }
    }
  }
  if (problems.length > 0) throw new UnfitFile(file, problems);
  return rules;
}

function parsed<Schema extends z.ZodType>(schema: Schema, file: string): z.output<Schema> {
  const result = schema.safeParse(readJson(file));
  if (result.success) return result.data;
  throw new UnfitFile(
    file,
    result.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'the file'}: ${message}`),
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UnfitFile(file, [error instanceof SyntaxError ? 'it is not JSON' : String(error)]);
  }
}
