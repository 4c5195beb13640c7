/** The message itself is wrong: no repetition will help, it goes to the dead letters at once. */
export class PoisonMessage extends Error {
  override name = 'PoisonMessage';
}

const transientNames = new Set([
  'TimeoutError',
  'AbortError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'InternalServerError',
  'ServiceUnavailable',
  'TransactionInProgressException',
  'TransactionConflictException',
  // The store is not set up yet, or we may not use it: mended by an operator, not by giving messages up.
  'ResourceNotFoundException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'CredentialsProviderError',
]);
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Why a DynamoDB transaction was cancelled, where the same transaction may go through a moment later. */
const transientReasons = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * True when what failed is the store or the network, not the message: such a message is tried until it goes through,
 * for giving up would only fill the dead letters with good messages.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (transientNames.has(error.name)) return true;
  if ('code' in error && typeof error.code === 'string' && transientCodes.has(error.code)) return true;
  // The AWS SDK's mark of an answer 5xx, whatever its name.
  if ('$fault' in error && error.$fault === 'server') return true;
  // The SDK notes its attempts on what came from the network instead of a service, and says no more of it.
  if ('$metadata' in error && !('$fault' in error)) return true;
  if (error.name === 'TransactionCanceledException') return wasContended(error);
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  return error.cause !== undefined && isTransient(error.cause);
}

function wasContended(error: Error & { CancellationReasons?: readonly { Code?: string }[] }): boolean {
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None').filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => transientReasons.has(code));
}
