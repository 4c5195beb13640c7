const busy = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionConflictException',
  'TransactionInProgressException',
  'LimitExceededException',
]);

/** Whether an AWS call failed because the service could not be reached or had no time, rather than by our mistake. */
export function isUnreachable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  // A service's own answer: its faults and its "not now" pass, our faults stay.
  if ('name' in error && busy.has(String(error.name))) return true;
  if ('$fault' in error) return error.$fault === 'server';
  // The SDK notes its attempts on what came from the network; what fails before a request is sent has no such note.
  return '$metadata' in error;
}
