import { z } from 'zod';
import { parseRequest, plainText, positiveCents } from './grpc-request.ts';
import { GrpcRefusal } from './refusal.ts';

const schema = z.object({ amountCents: positiveCents, items: z.array(z.object({ displayName: plainText(1, 5) })) });

function violationsOf(request: unknown) {
  try {
    parseRequest(schema, request);
  } catch (error) {
    if (error instanceof GrpcRefusal) return error.violations;
    throw error;
  }
  return [];
}

test('names fields as the proto does, with places in lists', () => {
  expect(violationsOf({ amountCents: 0n, items: [{ displayName: 'ok' }, { displayName: 'a\u0000' }] })).toEqual([
    { field: 'amount_cents', description: 'must be more than zero' },
    { field: 'items[1].display_name', description: 'must not contain control characters' },
  ]);
});

test.each([
  ['', 'must not be empty'],
  ['abcdef', 'must have at most 5 characters'],
  [' ab', 'must not begin or end with a space'],
  ['a\u202eb', 'must not contain control characters'],
  ['a\ud83d', 'must be well-formed Unicode'],
])('refuses the text %j', (displayName, description) => {
  expect(violationsOf({ amountCents: 1n, items: [{ displayName }] })).toEqual([
    { field: 'items[0].display_name', description },
  ]);
});
