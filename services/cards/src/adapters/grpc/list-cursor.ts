import { decodePageToken, encodePageToken } from '@ipe/service-kit/page-token';
import { invalidRequest } from '@ipe/service-kit/refusal';

const sortKey = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z#crd_[0-9a-z]{26}$/;

/** A token names only a place in a list, never whose: with another customer it pages that customer's own cards. */
export function toPageToken(after: string | undefined): string {
  return encodePageToken(after === undefined ? undefined : { after });
}

/** Throws INVALID_ARGUMENT for a token that is not ours. */
export function fromPageToken(token: string): string | undefined {
  const cursor = decodePageToken(token);
  if (!cursor) return undefined;
  const after = cursor['after'];
  if (after === undefined || !sortKey.test(after)) {
    throw invalidRequest([{ field: 'page_token', description: 'must be a token from the page before' }]);
  }
  return after;
}
