import { PoisonMessage } from '@ipe/events/handling-error';
import { cents } from '@ipe/money/cents';
import { z } from 'zod';
import { accountStatuses, addsUp, type Balance } from '../../domain/account.ts';

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

// proto3 JSON: an int64 is a string (a number is allowed), and a field that has its default value is left out.
const integer = z
  .union([z.string().regex(/^-?\d{1,19}$/), z.int().transform(String)])
  .transform(BigInt)
  .pipe(z.bigint().min(int64.min).max(int64.max));
const amount = integer.default(0n).transform(cents);

const entryEvent = z
  .object({
    accountId: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/),
    sequence: integer.pipe(z.bigint().min(1n)),
    postedCents: amount,
    heldCents: amount,
    limitCents: amount,
    availableCents: amount,
    accountStatus: z.enum(accountStatuses),
    bookedAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  })
  .transform((event) => ({
    accountId: event.accountId,
    balance: {
      posted: event.postedCents,
      held: event.heldCents,
      limit: event.limitCents,
      available: event.availableCents,
      status: event.accountStatus,
      sequence: event.sequence,
      bookedAt: event.bookedAt,
    },
  }))
  .refine(({ balance }) => addsUp(balance), { path: ['availableCents'], error: 'is not posted - held + limit' });

export type EntryBalance = Readonly<{ accountId: string; balance: Balance & { bookedAt: Date } }>;

/** What this service needs of a bank.events.v1.EntryEvent. Throws PoisonMessage naming the fields, never their values. */
export function parseEntryEvent(text: string): EntryBalance {
  const result = entryEvent.safeParse(parseJson(text));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, code, message }) =>
    code === 'custom' ? `${path.join('.')} ${message}` : `${path.join('.') || 'the event'} is missing or malformed`,
  );
  throw new PoisonMessage(problems.join('; '));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new PoisonMessage('the event is not JSON');
  }
}
