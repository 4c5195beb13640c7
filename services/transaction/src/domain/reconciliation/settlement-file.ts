import type { LocalDate } from '@ipe/brazil/bank-calendar';
import type { Cents } from '@ipe/money/cents';

/** Where in a line something stands: a column by its name, or places counted from 1, both included. */
export type Source = Readonly<{ column: string }> | Readonly<{ from: number; to: number }>;

export type AmountRule = Readonly<{
  source: Source;
  /** cents: "12345"; decimal-point: "123.45"; decimal-comma: "1.234,56". */
  format: 'cents' | 'decimal-point' | 'decimal-comma';
  /** Where a mark of its own says which way the money goes; else the amount's own sign does. */
  sign?: Readonly<{ source: Source; plus: readonly string[]; minus: readonly string[] }> | undefined;
  /**
   * How the ledger's account sees it: what the bank is paid stands below zero on an account of what it owns.
   */
  ledgerSign: 'same' | 'opposite';
}>;

export type DateFormat = 'YYYY-MM-DD' | 'YYYYMMDD' | 'DD/MM/YYYY' | 'DDMMYYYY' | 'DDMMYY' | 'instant';
export type DateRule = Readonly<{ source: Source; format: DateFormat }>;
/** trimZeros: a number filled up with zeros on the left, as fixed-width files have them. */
export type TextRule = Readonly<{ source: Source; required: boolean; trimZeros: boolean }>;
export type Condition = Readonly<{ source: Source; equals: string }>;

/** The first line names the columns. One line is one record: a line break within quotes is not taken. */
export type CsvLayout = Readonly<{ kind: 'csv'; delimiter: string; only: readonly Condition[] }>;

/** What a closing record says of the records before it. */
export type Trailer = Readonly<{
  type: string;
  /** lot: of what came since the last record of the type `opens`; file: of everything. */
  of: 'file' | Readonly<{ opens: string }>;
  /** details: the movements; records: every line, with the opening and the closing one. */
  count?: Readonly<{ source: Source; counts: 'details' | 'records' }> | undefined;
  /** The sum of the movements' amounts as they are written, in the amount's format. */
  sum?: Readonly<{ source: Source }> | undefined;
}>;

/** Records of a fixed width, such as CNAB's of 240 and 400 places; a mark in each says what it is. */
export type FixedLayout = Readonly<{
  kind: 'fixed';
  length: number;
  type: Source;
  /** The type that the first record must have. */
  header: string;
  details: Readonly<{ type: string; only: readonly Condition[] }>;
  /** The last record of a file must be of the type of the trailer that is of the file. */
  trailers: readonly Trailer[];
}>;

/** How a settlement file is to be read, and which account of the ledger it speaks of. */
export type Profile = Readonly<{
  name: string;
  /** The ledger's account. */
  account: string;
  /** Where the other side of what is mended goes. */
  mendAccount: string;
  encoding: 'utf-8' | 'latin1';
  layout: CsvLayout | FixedLayout;
  amount: AmountRule;
  date: DateRule;
  /** What else a line says, by the name that rules use. */
  fields: Readonly<Record<string, TextRule>>;
}>;

/** A movement of the file. */
export type SettlementLine = Readonly<{
  /** The line in the file, from 1. */
  number: number;
  /** As the ledger's account sees it; never zero. */
  amount: Cents;
  /** A day in São Paulo. */
  date: LocalDate;
  fields: Readonly<Record<string, string>>;
}>;

/** What is wrong with a line of the file, or with the file: the line says where. */
export type Problem = Readonly<{ line: number; field: string; rule: string }>;

/** What a line is: a movement, something else that belongs there, or malformed with every rule that it breaks. */
export type Parsed =
  | Readonly<{ kind: 'movement'; line: SettlementLine; written: Cents }>
  | Readonly<{ kind: 'other' }>
  | Readonly<{ kind: 'malformed'; problems: readonly Problem[] }>;
