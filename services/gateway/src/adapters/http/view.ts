import { cents, formatCents } from '@ipe/money/cents';
import { z } from 'zod';

/** A contract's enum in the words of this API: CARD_STATUS_LOST ↔ 'lost'. A word that the contract lacks fails at start. */
export function wordsOf<const Word extends string>(
  enumeration: Readonly<Record<string, string | number>>,
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

export function money(value: bigint): string {
  return formatCents(cents(value));
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
