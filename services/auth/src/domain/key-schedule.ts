/** A signing key's place in the row of keys. */
export type ScheduledKey = {
  /** 1, 2, 3 …: two replicas that make the next key at once make the same number, and one of them is refused. */
  sequence: number;
  /** From here on it signs, until its successor does. Published from its creation on. */
  activeFrom: Date;
};

export type KeyScheduleRules = {
  /** How long a key signs. */
  lifetimeMs: number;
  /** How long a key is published before it signs, so that everybody who keeps keys knows it in time. */
  leadMs: number;
  /** How long a key is published after it signed last: at least as long as its tokens live. */
  keepMs: number;
};

/** The key that signs now. Without one whose time has come, the earliest. */
export function activeKey<Key extends ScheduledKey>(keys: readonly Key[], now: Date): Key | undefined {
  const row = inOrder(keys);
  return row.findLast((key) => key.activeFrom <= now) ?? row[0];
}

/** The key to make now, if it is time: the first at once, each further one a lead before the last one's lifetime ends. */
export function dueKey(keys: readonly ScheduledKey[], rules: KeyScheduleRules, now: Date): ScheduledKey | undefined {
  const last = inOrder(keys).at(-1);
  if (!last) return { sequence: 1, activeFrom: now };
  const endsAtMs = last.activeFrom.getTime() + rules.lifetimeMs;
  if (now.getTime() < endsAtMs - rules.leadMs) return undefined;
  // After a long stop the lifetime is over already: the lead is kept all the same.
  return { sequence: last.sequence + 1, activeFrom: new Date(Math.max(endsAtMs, now.getTime() + rules.leadMs)) };
}

/** Keys whose last token has expired. */
export function retiredKeys<Key extends ScheduledKey>(
  keys: readonly Key[],
  rules: KeyScheduleRules,
  now: Date,
): readonly Key[] {
  const row = inOrder(keys);
  return row.filter((_key, place) => {
    const successor = row[place + 1];
    return successor !== undefined && successor.activeFrom.getTime() + rules.keepMs <= now.getTime();
  });
}

function inOrder<Key extends ScheduledKey>(keys: readonly Key[]): readonly Key[] {
  return keys.toSorted((a, b) => a.sequence - b.sequence);
}
