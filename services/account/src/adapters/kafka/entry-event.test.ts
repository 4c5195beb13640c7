import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { PoisonMessage } from '@ipe/events/handling-error';
import { accountStatuses } from '../../domain/account.ts';
import { parseEntryEvent } from './entry-event.ts';

const event = {
  accountId: 'acc_1',
  sequence: '7',
  kind: 'CAPTURE',
  postedCents: '-3000',
  heldCents: '1000',
  limitCents: '10000',
  availableCents: '6000',
  accountStatus: 'ACTIVE',
  bookedAt: '2026-11-21T12:00:00.123Z',
};

test('reads the balance after the entry', () => {
  expect(parseEntryEvent(JSON.stringify(event))).toEqual({
    accountId: 'acc_1',
    balance: {
      posted: -3_000n,
      held: 1_000n,
      limit: 10_000n,
      available: 6_000n,
      status: 'ACTIVE',
      sequence: 7n,
      bookedAt: new Date('2026-11-21T12:00:00.123Z'),
    },
  });
});

test('reads what the generated codec writes, where a zero is left out, beyond the safe integers', () => {
  const message = EntryEvent.fromPartial({
    ...{ accountId: 'acc_1', sequence: 1n, postedCents: 9007199254740993n, availableCents: 9007199254740993n },
    ...{ accountStatus: 'FROZEN', bookedAt: new Date(0) },
  });
  const { balance } = parseEntryEvent(JSON.stringify(EntryEvent.toJSON(message)));
  expect(balance).toMatchObject({ posted: 9007199254740993n, held: 0n, limit: 0n, status: 'FROZEN' });
});

test.each(['HOLD_INCREASED', 'POSTING', 'REVERSAL', 'A_KIND_OF_LATER'])('a balance is read after %s too', (kind) => {
  const told = { ...event, kind, currency: 'PONTOS/0', counterpartyAccountId: '' };
  expect(parseEntryEvent(JSON.stringify(told)).balance.posted).toBe(-3_000n);
});

test.each(accountStatuses)('reads the status %s', (accountStatus) => {
  expect(parseEntryEvent(JSON.stringify({ ...event, accountStatus })).balance.status).toBe(accountStatus);
});

test('ignores fields that it does not know', () => {
  expect(parseEntryEvent(JSON.stringify({ ...event, invented: { later: true } })).accountId).toBe('acc_1');
});

test.each([
  ['no JSON', 'the secret is not JSON', 'the event is not JSON'],
  ['a list', '[]', 'the event is missing or malformed'],
  ['null', 'null', 'the event is missing or malformed'],
  ['no account', JSON.stringify({ ...event, accountId: undefined }), 'accountId is missing or malformed'],
  ['no sequence', JSON.stringify({ ...event, sequence: undefined }), 'sequence is missing or malformed'],
  ['sequence zero', JSON.stringify({ ...event, sequence: '0' }), 'sequence is missing or malformed'],
  ['no status', JSON.stringify({ ...event, accountStatus: undefined }), 'accountStatus is missing or malformed'],
  ['an unknown status', JSON.stringify({ ...event, accountStatus: 'SECRET' }), 'accountStatus is missing or malformed'],
  ['no time', JSON.stringify({ ...event, bookedAt: undefined }), 'bookedAt is missing or malformed'],
  ['a fraction of a cent', JSON.stringify({ ...event, postedCents: 0.5 }), 'postedCents is missing or malformed'],
  ['a text for an amount', JSON.stringify({ ...event, heldCents: 'secret' }), 'heldCents is missing or malformed'],
  ['beyond int64', JSON.stringify({ ...event, limitCents: '9'.repeat(19) }), 'limitCents is missing or malformed'],
  [
    'a missing amount that is not zero',
    JSON.stringify({ ...event, postedCents: undefined }),
    'availableCents is not posted - held + limit',
  ],
])('an event with %s is poison, and its values are not in the reason', (_what, text, reason) => {
  expect(() => parseEntryEvent(text)).toThrow(new PoisonMessage(reason));
});
