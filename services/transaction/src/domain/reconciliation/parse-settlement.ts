import { movementOf, parseAmount, type ValueAt } from './parse-values.ts';
import type {
  Condition,
  CsvLayout,
  FixedLayout,
  Parsed,
  Problem,
  Profile,
  Source,
  Trailer,
} from './settlement-file.ts';

/** Reads a file line by line; remembers a few numbers, and no line. */
export interface SettlementParser {
  /** The next line. */
  take(text: string): Parsed;
  /** A line that cannot be read at all: it counts, and is malformed. */
  skip(rule: string): Parsed;
  /** After the last line: what is wrong with the file as a whole. */
  end(): Problem[];
}

export function settlementParser(profile: Profile): SettlementParser {
  const { layout } = profile;
  return layout.kind === 'csv' ? new CsvParser(profile, layout) : new FixedParser(profile, layout);
}

const other = { kind: 'other' } as const;

function malformed(...problems: Problem[]): Parsed {
  return { kind: 'malformed', problems };
}

function parseMovement(profile: Profile, line: number, at: ValueAt): Parsed {
  const movement = movementOf(profile, line, at);
  return 'problems' in movement ? malformed(...movement.problems) : { kind: 'movement', ...movement };
}

function all(conditions: readonly Condition[], at: ValueAt): boolean {
  return conditions.every(({ source, equals }) => at(source)?.trim() === equals);
}

class CsvParser implements SettlementParser {
  private number = 0;
  private columns: ReadonlyMap<string, number> | undefined;
  private readonly problems: Problem[] = [];

  constructor(
    private readonly profile: Profile,
    private readonly layout: CsvLayout,
  ) {}

  take(text: string): Parsed {
    this.number += 1;
    if (text.trim() === '') return other;
    // A file from a spreadsheet may begin with a byte order mark.
    const cells = splitCsv(this.columns ? text : text.replace(/^\uFEFF/, ''), this.layout.delimiter);
    if (!cells) return malformed({ line: this.number, field: 'line', rule: 'a quoted value must end on its line' });
    if (!this.columns) return this.takeHeader(cells);
    if (cells.length !== this.columns.size) {
      const rule = `must have ${this.columns.size} values, and has ${cells.length}`;
      return malformed({ line: this.number, field: 'line', rule });
    }
    const at = (source: Source) => ('column' in source ? cells[this.columns?.get(source.column) ?? -1] : undefined);
    if (!all(this.layout.only, at)) return other;
    return parseMovement(this.profile, this.number, at);
  }

  skip(rule: string): Parsed {
    this.number += 1;
    return malformed({ line: this.number, field: 'line', rule });
  }

  end(): Problem[] {
    if (!this.columns) this.problems.push({ line: 1, field: 'header', rule: 'must name the columns' });
    return this.problems;
  }

  private takeHeader(cells: readonly string[]): Parsed {
    this.columns = new Map(cells.map((name, index) => [name.trim(), index]));
    if (this.columns.size < cells.length) {
      this.problems.push({ line: this.number, field: 'header', rule: 'must name each column once' });
    }
    for (const column of namedColumns(this.profile)) {
      if (this.columns.has(column)) continue;
      this.problems.push({ line: this.number, field: 'header', rule: `must name the column ${column}` });
    }
    return other;
  }
}

function namedColumns({ amount, date, fields, layout }: Profile): Set<string> {
  const only = layout.kind === 'csv' ? layout.only : [];
  const sources = [amount, ...(amount.sign ? [amount.sign] : []), date, ...Object.values(fields), ...only];
  return new Set(sources.flatMap(({ source }) => ('column' in source ? [source.column] : [])));
}

/** RFC 4180, but for line breaks within quotes; undefined when a quote does not end. */
export function splitCsv(text: string, delimiter: string): string[] | undefined {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; ; at += 1) {
        const quote = text.indexOf('"', at);
        if (quote < 0) return undefined;
        cell += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
    }
    const end = text.indexOf(delimiter, at);
    cells.push(cell + text.slice(at, end < 0 ? undefined : end));
    if (end < 0) return cells;
    at = end + delimiter.length;
  }
}

/** What was counted since a lot, or the file, began. */
type Tally = { records: number; details: number; sum: bigint; unreadable: number };

const nothingYet = (): Tally => ({ records: 0, details: 0, sum: 0n, unreadable: 0 });

class FixedParser implements SettlementParser {
  private number = 0;
  private lastType = '';
  private readonly file = nothingYet();
  private lot = nothingYet();
  private readonly problems: Problem[] = [];

  constructor(
    private readonly profile: Profile,
    private readonly layout: FixedLayout,
  ) {}

  take(text: string): Parsed {
    this.number += 1;
    // CP/M's end of file, which old programs still write.
    if (text.replaceAll('\u001a', '').trim() === '') return other;
    const { type: typeSource, details, header, trailers } = this.layout;
    const at = (source: Source) => ('from' in source ? text.slice(source.from - 1, source.to) : undefined);
    const type = at(typeSource)?.trim() ?? '';
    if (this.file.records === 0 && type !== header) this.wrong('header', `the first record must be of type ${header}`);
    if (trailers.some(({ of }) => of !== 'file' && of.opens === type)) this.lot = nothingYet();
    for (const tally of [this.file, this.lot]) tally.records += 1;
    this.lastType = type;
    if (text.length !== this.layout.length) {
      return this.unreadable('line', `must have ${this.layout.length} places, and has ${text.length}`, type);
    }
    for (const trailer of trailers) if (trailer.type === type) this.close(trailer, at);
    if (type !== details.type || !all(details.only, at)) return other;
    const parsed = parseMovement(this.profile, this.number, at);
    for (const tally of [this.file, this.lot]) {
      tally.details += 1;
      if (parsed.kind === 'movement') tally.sum += parsed.written;
      else tally.unreadable += 1;
    }
    return parsed;
  }

  skip(rule: string): Parsed {
    this.number += 1;
    for (const tally of [this.file, this.lot]) tally.records += 1;
    return this.unreadable('line', rule, this.layout.details.type);
  }

  end(): Problem[] {
    if (this.file.records === 0) this.wrong('header', `there must be a record of type ${this.layout.header}`);
    const last = this.layout.trailers.find(({ of }) => of === 'file');
    if (last && this.lastType !== last.type) this.wrong('trailer', `the last record must be of type ${last.type}`);
    return this.problems;
  }

  /** A detail that cannot be read is one all the same, so that the trailer's count still fits. */
  private unreadable(field: string, rule: string, type: string): Parsed {
    if (type === this.layout.details.type) {
      for (const tally of [this.file, this.lot]) {
        tally.details += 1;
        tally.unreadable += 1;
      }
    }
    return malformed({ line: this.number, field, rule });
  }

  private close({ of, count, sum }: Trailer, at: ValueAt): void {
    const tally = of === 'file' ? this.file : this.lot;
    if (count) {
      const text = at(count.source)?.trim() ?? '';
      const said = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
      const counted = tally[count.counts];
      if (said !== counted) {
        this.wrong('trailer', `says ${said ?? 'no number of'} ${count.counts}, and ${counted} were counted`);
      }
    }
    if (sum && tally.unreadable > 0) {
      this.wrong('trailer', `its sum cannot be checked: ${tally.unreadable} lines cannot be read`);
    } else if (sum) {
      const said = parseAmount(at(sum.source)?.trim() ?? '', this.profile.amount.format);
      if (said !== tally.sum) this.wrong('trailer', `says a sum of ${said ?? 'nothing'}, and ${tally.sum} was counted`);
    }
  }

  private wrong(field: string, rule: string): void {
    this.problems.push({ line: this.number, field, rule });
  }
}
