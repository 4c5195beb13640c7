import { decodePageToken, encodePageToken } from '@ipe/service-kit/page-token';
import { invalidRequest } from '@ipe/service-kit/refusal';
import type { Cursor, PageRequest } from '../../application/ports.ts';

/** Throws INVALID_ARGUMENT when the token is not one of ours. */
export function toPageRequest({ pageSize, pageToken }: { pageSize: number; pageToken: string }): PageRequest {
  const cursor = decodePageToken(pageToken);
  if (!cursor) return { size: pageSize, after: undefined };
  const { at, id } = cursor;
  if (!isPlace(at) || !isPlace(id))
    throw invalidRequest([{ field: 'page_token', description: 'must be a token from the page before' }]);
  return { size: pageSize, after: { at, id } };
}

export function toPageToken(next: Cursor | undefined): string {
  return encodePageToken(next);
}

/** The store takes keys of limited length, and none that is empty. */
function isPlace(text: string | undefined): text is string {
  return text !== undefined && text.length > 0 && text.length <= 200;
}
