import { isTransient, PoisonMessage } from './handling-error.ts';

function named(name: string, more: object = {}): Error {
  return Object.assign(new Error('it failed'), { name, ...more });
}

test.each([
  ['a store that refuses connections', named('Error', { code: 'ECONNREFUSED' })],
  ['a deadline', named('TimeoutError')],
  ['a store that is too busy', named('ProvisionedThroughputExceededException')],
  ['an answer 5xx of any name', named('SomethingNew', { $fault: 'server' })],
  ['a connection that broke, as the SDK tells it', named('Error', { $metadata: { attempts: 3 } })],
  ['a table that is not there yet', named('ResourceNotFoundException', { $fault: 'client' })],
  ['a transaction that met another', cancelled('None', 'TransactionConflict')],
  ['one of several addresses refused', new AggregateError([named('Error', { code: 'ECONNREFUSED' })])],
  ['a cause that is transient', new Error('no answer', { cause: named('Error', { code: 'ECONNRESET' }) })],
])('%s is waited for', (_what, error) => {
  expect(isTransient(error)).toBe(true);
});

test.each([
  ['a bug', new TypeError('undefined is not a function')],
  ['a poison message', new PoisonMessage('not JSON')],
  ['a condition that did not hold', cancelled('ConditionalCheckFailed', 'TransactionConflict')],
  ['a cancelled transaction that tells no reason', named('TransactionCanceledException')],
  ['an item that is too large', named('ValidationException', { $fault: 'client' })],
  ['something thrown that is no error', 'ECONNREFUSED'],
])('%s is not waited for', (_what, error) => {
  expect(isTransient(error)).toBe(false);
});

function cancelled(...codes: string[]): Error {
  return named('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });
}
