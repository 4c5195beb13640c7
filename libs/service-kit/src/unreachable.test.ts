import {
  DynamoDBClient,
  GetItemCommand,
  InternalServerError,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { isUnreachable } from './unreachable.ts';

const client = new DynamoDBClient({
  region: 'sa-east-1',
  // Nothing listens on port 1.
  endpoint: 'http://127.0.0.1:1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

afterAll(() => client.destroy());

async function failureOf(command: GetItemCommand): Promise<unknown> {
  return client.send(command).then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

test('a store that nobody listens for may be there later', async () => {
  const failure = await failureOf(new GetItemCommand({ TableName: 'cards', Key: { pk: { S: 'x' } } }));
  expect(isUnreachable(failure)).toBe(true);
});

test('a store that fails or is overloaded may do better later', () => {
  const failed = new InternalServerError({ message: 'try again', $metadata: {} });
  const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException', $fault: 'client' });
  expect(isUnreachable(failed)).toBe(true);
  expect(isUnreachable(throttled)).toBe(true);
  // A batch of which the store has left a part undone, time and again, is no answer of its own.
  expect(isUnreachable(Object.assign(new Error('too busy'), { name: 'ThrottlingException' }))).toBe(true);
});

test('a mistake of ours stays one', () => {
  expect(isUnreachable(new ResourceNotFoundException({ message: 'no such table', $metadata: {} }))).toBe(false);
  expect(isUnreachable(new TypeError('x is undefined'))).toBe(false);
  expect(isUnreachable('not an error')).toBe(false);
});
