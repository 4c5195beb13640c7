import { Controller, Inject, Param, Query } from '@nestjs/common';
import { AccountOwnership } from '../../application/account-ownership.ts';
import { Statements } from '../../application/ports.ts';
import { type AccountPath, accountPath } from './account.schema.ts';
import { CustomerId } from './caller.ts';
import { Route } from './route.ts';
import { lineKinds, type StatementQuery, statementAnswer, statementQuery, viewLine } from './statement.schema.ts';
import { page } from './view.ts';

@Controller()
export class StatementController {
  constructor(
    @Inject(Statements) private readonly statements: Statements,
    private readonly ownership: AccountOwnership,
  ) {}

  @Route('GET', '/v1/accounts/:accountId/statement', {
    summary: 'Read an account’s statement: pending lines on top, then as posted, newest first',
    tag: 'Statement',
    access: ['statement:read'],
    answers: { 200: { description: 'A page', schema: statementAnswer } },
  })
  async list(
    @CustomerId() customerId: string,
    @Param({ schema: accountPath }) { accountId }: AccountPath,
    @Query({ schema: statementQuery }) query: StatementQuery,
  ) {
    await this.ownership.require(customerId, accountId);
    const { lines, nextPageToken } = await this.statements.listLines({
      accountId,
      from: query.from,
      until: query.until,
      kinds: query.kind.map(lineKinds.toNumber),
      pageSize: query.limit,
      pageToken: query.cursor,
    });
    return page(lines.map(viewLine), nextPageToken);
  }
}
