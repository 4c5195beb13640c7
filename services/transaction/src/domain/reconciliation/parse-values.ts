import { isDate, type LocalDate, saoPauloDate } from '@ipe/brazil/bank-calendar';
import { type Cents, cents } from '@ipe/money/cents';
import type { AmountRule, DateFormat, Problem, Profile, SettlementLine, Source } from './settlement-file.ts';

/** Reads what stands at a source; undefined when the line has no such place. */
export type ValueAt = (source: Source) => string | undefined;

/** Amounts of more digits are no amounts: they would not fit into 64 bits. */
const amountShapes = {
  cents: /^([+-]?)(\d{1,18})$/,
  'decimal-point': /^([+-]?)(\d{1,16})(?:\.(\d{1,2}))?$/,
  'decimal-comma': /^([+-]?)(\d{1,16}|\d{1,3}(?:\.\d{3}){1,5})(?:,(\d{1,2}))?$/,
} as const;

const mostText = 200;
const firstYear = '1990';
const lastYear = '2100';

/** A movement out of the values of its line, and its amount as it is written; or every rule that it breaks. */
export function movementOf(
  profile: Profile,
  number: number,
  at: ValueAt,
): { line: SettlementLine; written: Cents } | { problems: Problem[] } {
  const problems: Problem[] = [];
  const wrong = (field: string, rule: string) => void problems.push({ line: number, field, rule });
  const written = amountAt(profile.amount, at, wrong);
  const date = dateAt(profile.date.format, at(profile.date.source)?.trim() ?? '');
  if (date === undefined) wrong('date', `must be a day as ${profile.date.format}`);
  const fields: Record<string, string> = {};
  for (const [name, { source, required, trimZeros }] of Object.entries(profile.fields)) {
    const text = at(source)?.trim() ?? '';
    const value = trimZeros ? text.replace(/^0+/, '') : text;
    if (value === '' && required) wrong(name, 'must not be empty');
    else if (value.length > mostText) wrong(name, `must have at most ${mostText} characters`);
    else if (/\p{C}/u.test(value)) wrong(name, 'must be printable');
    else if (value !== '') fields[name] = value;
  }
  if (!written || date === undefined || problems.length > 0) return { problems };
  return { line: { number, amount: written.amount, date, fields }, written: written.asWritten };
}

function amountAt(rule: AmountRule, at: ValueAt, wrong: (field: string, rule: string) => void) {
  const asWritten = parseAmount(at(rule.source)?.trim() ?? '', rule.format);
  if (asWritten === undefined) return void wrong('amount', `must be an amount as ${rule.format}`);
  if (asWritten === 0n) return void wrong('amount', 'must not be zero');
  let signed: bigint = asWritten;
  if (rule.sign) {
    const mark = at(rule.sign.source)?.trim() ?? '';
    if (asWritten < 0n) return void wrong('amount', 'must have no sign beside the mark');
    if (rule.sign.minus.includes(mark)) signed = -asWritten;
    else if (!rule.sign.plus.includes(mark)) {
      return void wrong('sign', `must be one of ${[...rule.sign.plus, ...rule.sign.minus].join(' ')}`);
    }
  }
  return { amount: cents(rule.ledgerSign === 'same' ? signed : -signed), asWritten };
}

/** Undefined for whatever is no amount in that format. */
export function parseAmount(text: string, format: AmountRule['format']): Cents | undefined {
  const match = amountShapes[format].exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', hundredths] = match;
  const digits = whole.replaceAll('.', '');
  const magnitude = format === 'cents' ? BigInt(digits) : BigInt(`${digits}${(hundredths ?? '').padEnd(2, '0')}`);
  return cents(sign === '-' ? -magnitude : magnitude);
}

function dateAt(format: DateFormat, text: string): LocalDate | undefined {
  const date = isoDate(format, text);
  return date !== undefined && isDate(date) && date >= firstYear && date < lastYear ? date : undefined;
}

function isoDate(format: DateFormat, text: string): LocalDate | undefined {
  switch (format) {
    case 'YYYY-MM-DD':
      return text;
    case 'YYYYMMDD':
      return text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
    case 'DD/MM/YYYY':
      return text.replace(/^(\d{2})\/(\d{2})\/(\d{4})$/, '$3-$2-$1');
    case 'DDMMYYYY':
      return text.replace(/^(\d{2})(\d{2})(\d{4})$/, '$3-$2-$1');
    case 'DDMMYY':
      return text.replace(/^(\d{2})(\d{2})(\d{2})$/, '20$3-$2-$1');
    case 'instant': {
      // An instant is a day of somewhere: of São Paulo.
      const offset = /^\d{4}-\d{2}-\d{2}T[\d:.]{5,15}(?:Z|[+-]\d{2}:\d{2})$/;
      const instant = offset.test(text) ? Date.parse(text) : Number.NaN;
      return Number.isNaN(instant) ? undefined : saoPauloDate(instant);
    }
  }
}
