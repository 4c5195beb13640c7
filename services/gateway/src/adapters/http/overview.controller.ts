import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { type Part, ReadOverview } from '../../application/read-overview.ts';
import type { Principal } from '../tokens/token-checker.ts';
import { accountAnswer, customerAnswer, viewAccount, viewCustomer } from './account.schema.ts';
import { Authenticated, CustomerId } from './caller.ts';
import { cardAnswer, viewCard } from './card.schema.ts';
import { Route } from './route.ts';
import { lineAnswer, viewLine } from './statement.schema.ts';

const overviewAnswer = z
  .object({
    customer: customerAnswer.nullable(),
    accounts: z.array(accountAnswer).nullable(),
    cards: z.array(cardAnswer).nullable(),
    statement: z
      .array(lineAnswer)
      .nullable()
      .meta({ description: 'The last ten lines of all accounts, pending ones on top' }),
    missing: z
      .array(
        z.object({
          part: z.enum(['customer', 'accounts', 'cards', 'statement']),
          service: z.string(),
          reason: z.string().meta({ examples: ['cards_unavailable'] }),
        }),
      )
      .meta({ description: 'The parts that are null, and why; empty when all is there' }),
  })
  .meta({ id: 'Overview' });
type OverviewAnswer = z.output<typeof overviewAnswer>;

@Controller()
export class OverviewController {
  constructor(private readonly readOverview: ReadOverview) {}

  @Route('GET', '/v1/overview', {
    summary: 'See everything on one screen',
    description: 'Answers with what it has: a part whose service is down is null and named in `missing`.',
    tag: 'Customers',
    access: ['accounts:read'],
    answers: { 200: { description: 'What there is', schema: overviewAnswer } },
  })
  async overview(@CustomerId() customerId: string, @Authenticated() { scopes }: Principal): Promise<OverviewAnswer> {
    const allowed = new Set<Part>(['customer', 'accounts']);
    if (scopes.has('cards:read')) allowed.add('cards');
    if (scopes.has('statement:read')) allowed.add('statement');
    const { customer, accounts, cards, statement, missing } = await this.readOverview.run(customerId, allowed);
    return {
      customer: customer ? viewCustomer(customer) : null,
      accounts: accounts?.map(viewAccount) ?? null,
      cards: cards?.map(viewCard) ?? null,
      statement: statement?.map(viewLine) ?? null,
      missing,
    };
  }
}
