import { parseCents } from '@ipe/money/cents';
import { entityId, plainText } from '@ipe/service-kit/grpc-request';
import { z } from 'zod';

const moneyRule = 'must be a decimal string with two decimals, such as "10.00"';

const decimal = z
  .string({ error: (issue) => (issue.input === undefined ? 'is required' : moneyRule) })
  .regex(/^(0|[1-9]\d{0,10})\.\d{2}$/, moneyRule)
  .meta({ examples: ['10.00'] });

/** Zero or more, in cents. */
export const money = decimal.transform(parseCents);

/** More than zero, in cents. */
export const positiveMoney = money.refine((amount) => amount > 0n, 'must be more than zero');

export const currency = z.literal('BRL', {
  error: (issue) => (issue.input === undefined ? 'is required' : 'must be BRL'),
});

/** An account of a customer: the bank's own are nobody's to name. */
export const accountId = entityId
  .refine((id) => !id.startsWith('system:'), 'must be an account of a customer')
  .meta({ examples: ['acc_8pZ3kQ'] });

export const text = (min: number, max: number, example: string) => plainText(min, max).meta({ examples: [example] });

export const instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 timestamp, such as 2026-11-21T12:00:00Z' })
  .transform((written) => new Date(written));

/** `?limit=&cursor=` of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
    .default('50')
    .transform(Number),
  cursor: z.string().max(2_000, 'must be a cursor from the page before').default(''),
};
export const pageOnly = z.strictObject(pageQuery);
export type PageQuery = z.output<typeof pageOnly>;

export const noFields = z.strictObject({});

/** One id in a path. */
export const pathId = <const Name extends string>(name: Name) =>
  z.strictObject({ [name]: entityId } as Record<Name, typeof entityId>);

/** Fields of answers. */
export const amount = z
  .string()
  .meta({ examples: ['10.00'], description: 'As many decimals as its currency has (BRL: two); never a number' });
export const at = z.iso.datetime().meta({ examples: ['2026-11-21T12:00:00.000Z'] });
export const brl = z.string().meta({ examples: ['BRL'] });
/** Of what the ledger tells: it keeps accounts in other currencies too. */
export const anyCurrency = z.string().meta({
  description: 'ISO 4217 code, or a unit of the bank’s own with its scale (no decimals in PONTOS/0)',
  examples: ['BRL', 'PONTOS/0'],
});
export const id = (example: string) => z.string().meta({ examples: [example] });

/** `{ data, nextCursor }`, with null on the last page. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Null on the last page' }),
  });
