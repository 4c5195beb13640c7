import { invalidRequest } from './refusal.ts';

/** A page token is opaque to callers: base64url of the store's own cursor as JSON. */
export function encodePageToken(cursor: Record<string, string> | undefined): string {
  return cursor ? Buffer.from(JSON.stringify(cursor)).toString('base64url') : '';
}

/** Throws INVALID_ARGUMENT when it is not a token of ours. */
export function decodePageToken(token: string): Record<string, string> | undefined {
  if (token === '') return undefined;
  try {
    const cursor: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (isCursor(cursor)) return cursor;
  } catch {
    // Not JSON: the same answer as for any other wrong token.
  }
  throw invalidRequest([{ field: 'page_token', description: 'must be a token from the page before' }]);
}

function isCursor(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((part) => typeof part === 'string')
  );
}
