import { readFile } from 'node:fs/promises';
import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { PoisonMessage } from '@ipe/events/handling-error';
import { accountKinds, movementKinds } from '../../domain/entry.ts';
import { parseEntryEvent } from './entry-event.ts';

const contractFile = new URL('../../../../../proto/bank/events/v1/entry_event.proto', import.meta.url);

const event = {
  accountId: 'acc_1',
  sequence: '7',
  kind: 'CAPTURE',
  transactionId: 'txn_1',
  postedDeltaCents: '-3000',
  heldDeltaCents: '-3000',
  postedCents: '-3000',
  limitCents: '10000',
  availableCents: '7000',
  accountStatus: 'ACTIVE',
  currency: 'BRL',
  description: 'Loja Ipê',
  installments: 3,
  bookedAt: '2026-11-21T12:00:00.123Z',
  transactionCreatedAt: '2026-11-21T11:59:00Z',
  hash: 'ab',
};

test('reads an entry, with what is left out as zero or empty', () => {
  expect(parseEntryEvent(JSON.stringify(event))).toEqual({
    accountId: 'acc_1',
    sequence: 7n,
    kind: 'CAPTURE',
    transactionId: 'txn_1',
    postedDelta: -3_000n,
    heldDelta: -3_000n,
    posted: -3_000n,
    held: 0n,
    available: 7_000n,
    currency: 'BRL',
    description: 'Loja Ipê',
    merchantId: '',
    orderId: '',
    cardId: '',
    cardLastFour: '',
    installments: 3,
    authorizationCode: '',
    bookedAt: new Date('2026-11-21T12:00:00.123Z'),
    transactionCreatedAt: new Date('2026-11-21T11:59:00.000Z'),
    transactionStatus: '',
    hash: 'ab',
  });
});

test('reads what the generated codec writes, beyond the safe integers', () => {
  const message = EntryEvent.fromPartial({
    ...{ accountId: 'acc_1', sequence: 1n, kind: 'ACCOUNT_OPENED', currency: 'BRL', bookedAt: new Date(0) },
    ...{ limitCents: 9007199254740993n, availableCents: 9007199254740993n },
  });
  const entry = parseEntryEvent(JSON.stringify(EntryEvent.toJSON(message)));
  expect(entry).toMatchObject({ kind: 'ACCOUNT_OPENED', available: 9007199254740993n, posted: 0n });
});

test.each(['BRL', 'JPY', 'KWD', 'PONTOS/0', 'XAU/4', 'MILHAS_2/18'])('reads an amount of %s', (currency) => {
  expect(parseEntryEvent(JSON.stringify({ ...event, currency }))).toMatchObject({ currency, posted: -3_000n });
});

test.each(['brl', 'PONTOS', 'PONTOS/', 'PONTOS/19', 'PONTOS/01', 'P/0', 'BRL ', 'US$'])(
  'an event of the currency %p is poison',
  (currency) => {
    const reading = () => parseEntryEvent(JSON.stringify({ ...event, currency }));
    expect(reading).toThrow(new PoisonMessage('currency is missing or malformed'));
  },
);

test.each([...movementKinds, ...accountKinds])('reads %s, whoever is on the other side', (kind) => {
  const told = { ...event, kind, counterpartyAccountId: '', accountStatus: 'FROZEN_FOR_ALL' };
  expect(parseEntryEvent(JSON.stringify(told))).toMatchObject({ kind, sequence: 7n });
});

test('knows every kind that the contract of the entries names', async () => {
  const contract = await readFile(contractFile, 'utf8');
  const named = /((?:\s*\/\/ .*\n)+)\s*string kind = /.exec(contract)?.[1]?.match(/[A-Z_]{5,}/g);
  expect([...movementKinds, ...accountKinds].sort()).toEqual(named?.sort());
});

test('ignores fields that it does not know', () => {
  expect(parseEntryEvent(JSON.stringify({ ...event, invented: { later: true } })).accountId).toBe('acc_1');
});

test.each([
  ['no JSON', 'the secret is not JSON', 'the event is not JSON'],
  ['null', 'null', 'the event is missing or malformed'],
  ['no account', JSON.stringify({ ...event, accountId: undefined }), 'accountId is missing or malformed'],
  ['sequence zero', JSON.stringify({ ...event, sequence: '0' }), 'sequence is missing or malformed'],
  ['a kind of later', JSON.stringify({ ...event, kind: 'INTEREST' }), 'kind is missing or malformed'],
  ['no transaction', JSON.stringify({ ...event, transactionId: '' }), 'transactionId is missing or malformed'],
  [
    'no time of its transaction',
    JSON.stringify({ ...event, transactionCreatedAt: undefined }),
    'transactionCreatedAt is missing or malformed',
  ],
  ['no currency', JSON.stringify({ ...event, currency: undefined }), 'currency is missing or malformed'],
  ['a fraction of a cent', JSON.stringify({ ...event, postedCents: 0.5 }), 'postedCents is missing or malformed'],
  ['beyond int64', JSON.stringify({ ...event, limitCents: '9'.repeat(19) }), 'limitCents is missing or malformed'],
  [
    'balances that do not add up',
    JSON.stringify({ ...event, availableCents: '1' }),
    'availableCents is not posted - held + limit',
  ],
])('an event with %s is poison, and its values are not in the reason', (_what, text, reason) => {
  expect(() => parseEntryEvent(text)).toThrow(new PoisonMessage(reason));
});
