import { type Line, LineKind, LineStatus } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { z } from 'zod';
import * as field from './fields.ts';
import { money, timestamp, told, wordsOf } from './view.ts';

const kinds = ['purchase', 'refund', 'transfer_in', 'transfer_out', 'reversal', 'sale', 'posting'] as const;
export const lineKinds = wordsOf(LineKind, 'LINE_KIND', kinds);
const lineStatuses = wordsOf(LineStatus, 'LINE_STATUS', ['pending', 'posted', 'released']);

/** `?kind=purchase&kind=refund`, or `?kind=purchase,refund`. */
const kindQuery = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((given) => [given ?? []].flat().flatMap((written) => written.split(',')))
  .pipe(z.array(lineKinds.schema).max(kinds.length));

export const statementQuery = z
  .strictObject({
    ...field.pageQuery,
    from: field.instant.optional().meta({ description: 'Booked from this instant on; pending lines: made from it on' }),
    until: field.instant.optional().meta({ description: 'Booked before this instant; pending lines: made before it' }),
    kind: kindQuery.meta({ description: `Only these kinds, separated by commas: ${kinds.join(', ')}` }),
  })
  .refine(({ from, until }) => !from || !until || from < until, { path: ['until'], error: 'must be after from' });
export type StatementQuery = z.output<typeof statementQuery>;

export const lineAnswer = z
  .object({
    lineId: field.id('lin_2f6c'),
    accountId: field.id('acc_8pZ3kQ'),
    sequence: z.int().meta({ description: 'The entry that made or last changed the line' }),
    kind: lineKinds.schema,
    status: lineStatuses.schema,
    amount: field.amount.meta({
      description:
        'Signed in the holder’s favour: a purchase is negative; of a pending line what is held, of a released one what ' +
        'was given free',
    }),
    balance: field.amount.optional().meta({
      description:
        'Posted balance after the line: that of the posted line below it and this amount; absent unless posted',
    }),
    currency: field.anyCurrency,
    description: z.string().meta({ examples: ['Livraria Ipê Amarelo'] }),
    transactionId: field.id('txn_0001'),
    merchantId: field.id('mer_7b').optional(),
    orderId: field.id('ord_9c').optional(),
    cardId: field.id('crd_1a').optional(),
    cardLastFour: z.string().optional(),
    installments: z.int().optional(),
    authorizationCode: z.string().optional(),
    occurredAt: field.at,
    postedAt: field.at.optional(),
  })
  .meta({ id: 'StatementLine' });
export type LineAnswer = z.output<typeof lineAnswer>;

export const statementAnswer = field.pageOf(lineAnswer).meta({ id: 'Statement' });

export function viewLine(line: Line): LineAnswer {
  const { currency, merchantId, orderId, cardId, cardLastFour, installments, authorizationCode } = line;
  return {
    lineId: line.lineId,
    accountId: line.accountId,
    sequence: Number(line.sequence),
    kind: lineKinds.toWord(line.kind),
    status: lineStatuses.toWord(line.status),
    amount: money(line.amountCents, currency),
    ...(line.balanceCents === undefined ? {} : { balance: money(line.balanceCents, currency) }),
    currency,
    description: line.description,
    transactionId: line.transactionId,
    ...told({ merchantId, orderId, cardId, cardLastFour, installments, authorizationCode }),
    occurredAt: timestamp(line.occurredAt),
    ...told({ postedAt: line.postedAt?.toISOString() }),
  };
}
