import { PoisonMessage } from '@ipe/events/handling-error';
import { cents } from '@ipe/money/cents';
import { z } from 'zod';
import { accountKinds, type Entry, movementKinds } from '../../domain/entry.ts';

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

// proto3 JSON: an int64 is a string (a number is allowed), and a field that has its default value is left out.
const integer = z
  .union([z.string().regex(/^-?\d{1,19}$/), z.int().transform(String)])
  .transform(BigInt)
  .pipe(z.bigint().min(int64.min).max(int64.max));
const amount = integer.default(0n).transform(cents);
const text = z.string().max(1_000).default('');
const id = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/);
const instant = z.iso.datetime({ offset: true }).transform((written) => new Date(written));

// ISO 4217's code, or a unit of the bank's own with its scale. Which there are, the ledger knows.
const currency = /^(?:[A-Z]{3}|[A-Z][A-Z0-9_]{1,15}\/(?:0|[1-9]|1[0-8]))$/;

const facts = {
  accountId: id,
  sequence: integer.pipe(z.bigint().min(1n)),
  postedDeltaCents: amount,
  heldDeltaCents: amount,
  postedCents: amount,
  heldCents: amount,
  limitCents: amount,
  availableCents: amount,
  currency: z.string().regex(currency),
  description: text,
  merchantId: text,
  orderId: text,
  cardId: text,
  cardLastFour: text,
  installments: z.int().min(0).default(0),
  authorizationCode: text,
  bookedAt: instant,
  hash: text,
};

const entryEvent = z.discriminatedUnion('kind', [
  z.object({
    ...facts,
    kind: z.enum(movementKinds),
    transactionId: id,
    transactionCreatedAt: instant,
    transactionStatus: text,
  }),
  z.object({ ...facts, kind: z.enum(accountKinds) }),
]);

/**
 * A bank.events.v1.EntryEvent. Throws PoisonMessage naming the fields, never their values. A kind that this version
 * does not know is poison too: it waits among the dead letters, as a gap that can be seen, for a version that does.
 */
export function parseEntryEvent(value: string): Entry {
  const result = entryEvent.safeParse(parseJson(value));
  if (!result.success) {
    const problems = result.error.issues.map(({ path }) => `${path.join('.') || 'the event'} is missing or malformed`);
    throw new PoisonMessage([...new Set(problems)].join('; '));
  }
  const { postedDeltaCents, heldDeltaCents, postedCents, heldCents, limitCents, availableCents, ...rest } = result.data;
  if (availableCents !== postedCents - heldCents + limitCents) {
    throw new PoisonMessage('availableCents is not posted - held + limit');
  }
  return {
    ...rest,
    postedDelta: postedDeltaCents,
    heldDelta: heldDeltaCents,
    posted: postedCents,
    held: heldCents,
    available: availableCents,
  };
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // The parser's own message quotes the text.
    throw new PoisonMessage('the event is not JSON');
  }
}
