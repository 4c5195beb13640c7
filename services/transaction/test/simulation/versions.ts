/** A thing as it was from a record on, until its next version. */
export type Version = Readonly<{ version: number; value: object; index: number }>;

/** What was looked at: a thing by its id, in a version; undefined where it was not there. */
export type Seen = Readonly<{ id: string; version: number | undefined }>;

/** Between a question and its answer. Virtual milliseconds. */
export type Interval = Readonly<{ from: number; to: number }>;

/** All versions that accounts, or transactions, ever had in the journal. */
export class Versions {
  private readonly histories = new Map<string, Version[]>();

  constructor(private readonly durableAt: readonly number[]) {}

  add(id: string, version: Version): void {
    const history = this.histories.get(id);
    if (!history) this.histories.set(id, [version]);
    // A record may hold several entries of an account: only the last can be seen.
    else if (history.at(-1)?.index === version.index) history[history.length - 1] = version;
    else history.push(version);
  }

  ids(): Iterable<string> {
    return this.histories.keys();
  }

  find({ id, version }: Seen): Version | undefined {
    return this.histories.get(id)?.findLast((one) => one.version === version);
  }

  /**
   * Why these versions cannot all have been the present at one and the same instant of the interval; undefined when
   * they can. The present is what is durable: it changes in the order of the journal.
   */
  whyNotPresent(all: readonly Seen[], { from, to }: Interval): string | undefined {
    let since = -1;
    let until = Number.POSITIVE_INFINITY;
    for (const seen of all) {
      const history = this.histories.get(seen.id) ?? [];
      const at = history.findLastIndex(({ version }) => version === seen.version);
      if (seen.version !== undefined && at < 0) return `${seen.id} never had version ${seen.version}`;
      since = Math.max(since, history[at]?.index ?? -1);
      until = Math.min(until, history[at + 1]?.index ?? Number.POSITIVE_INFINITY);
    }
    const text = all.map(({ id, version }) => `${id}#${version ?? 0}`).join(' ');
    if (since >= until) return `${text} were never there at once: record ${until} came before ${since}`;
    const begins = this.durableAt[since] ?? 0;
    const ends = this.durableAt[until] ?? Number.POSITIVE_INFINITY;
    if (begins > to) return `${text} became durable at ${begins}, after the answer at ${to}`;
    if (ends < from) return `${text} was the past since ${ends}, and was asked for at ${from}`;
    return undefined;
  }
}
