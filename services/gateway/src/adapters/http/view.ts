import { formatAmount } from '@ipe/money/amount';
import { z } from 'zod';

type Enumeration = Readonly<Record<string, string | number>>;

/**
 * A contract's enum in the words of this API: CARD_STATUS_LOST ↔ 'lost'. A word that the contract lacks fails at start,
 * and so does a value of the contract that has no word: it would fail the one request that meets it.
 */
export function wordsOf<const Word extends string>(
  enumeration: Enumeration,
  prefix: string,
  words: readonly [Word, ...Word[]],
) {
  const all = someWordsOf(enumeration, prefix, words);
  const missing = valuesOf(enumeration, prefix).filter((word) => !(words as readonly string[]).includes(word));
  if (missing.length > 0) throw new Error(`${prefix} has no word for ${missing.join(', ')}`);
  return all;
}

/** The same where only some of the values are this API's to name: of a request's field, never of an answer's. */
export function someWordsOf<const Word extends string>(
  enumeration: Enumeration,
  prefix: string,
  words: readonly [Word, ...Word[]],
) {
  const numbers = new Map<string, number>();
  const names = new Map<number, Word>();
  for (const word of words) {
    const value = enumeration[`${prefix}_${word.toUpperCase()}`];
    if (typeof value !== 'number') throw new Error(`${prefix} has no ${word}`);
    numbers.set(word, value);
    names.set(value, word);
  }
  return {
    schema: z.enum(words),
    toWord(value: number): Word {
      const word = names.get(value);
      if (word === undefined) throw new Error(`${prefix} ${value} has no word`);
      return word;
    },
    toNumber: (word: Word): number => numbers.get(word) ?? 0,
  };
}

/** Every value of a contract's enum in words, but "not said". */
export function valuesOf(enumeration: Enumeration, prefix: string): string[] {
  return Object.keys(enumeration)
    .filter((name) => name.startsWith(`${prefix}_`) && name !== `${prefix}_UNSPECIFIED`)
    .map((name) => name.slice(prefix.length + 1).toLowerCase());
}

/** An amount in the smallest unit of its currency, with that currency's decimals. */
export function money(value: bigint, currency = 'BRL'): string {
  return formatAmount(value, currency);
}

export function timestamp(date: Date | undefined): string {
  if (!date) throw new Error('a neighbour answered without a time that the contract promises');
  return date.toISOString();
}

/** Without the members that proto3 left empty: '' and undefined. */
export function told<Fields extends Record<string, string | number | undefined>>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '' && value !== 0);
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}

export function page<Item>(data: Item[], nextPageToken: string): { data: Item[]; nextCursor: string | null } {
  return { data, nextCursor: nextPageToken === '' ? null : nextPageToken };
}
