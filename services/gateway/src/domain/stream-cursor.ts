/** How far a listener has read, by account: the sequence of the last line that it was sent. */
export type StreamCursor = ReadonlyMap<string, bigint>;

const part = /^([A-Za-z0-9._:-]{1,64}):(\d{1,18})$/;
const maxAccounts = 20;

/** `acc_1:7,acc_2:31`: an event's id, so that a listener who comes back with it loses nothing of any account. */
export function formatCursor(cursor: StreamCursor): string {
  return [...cursor].map(([accountId, sequence]) => `${accountId}:${sequence}`).join(',');
}

/** Undefined when it is not an id of ours. */
export function parseCursor(text: string): StreamCursor | undefined {
  const parts = text.split(',');
  if (parts.length > maxAccounts) return undefined;
  const cursor = new Map<string, bigint>();
  for (const entry of parts) {
    const match = part.exec(entry);
    if (!match?.[1] || !match[2]) return undefined;
    cursor.set(match[1], BigInt(match[2]));
  }
  return cursor;
}

/** Never backwards: a line that was sent again leaves the cursor where it is. */
export function advanceCursor(cursor: StreamCursor, accountId: string, sequence: bigint): StreamCursor {
  const before = cursor.get(accountId);
  if (before !== undefined && before >= sequence) return cursor;
  return new Map(cursor).set(accountId, sequence);
}
