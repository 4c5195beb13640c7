import { nowhere, type Position } from '../domain/position.ts';
import type { Book } from './ports.ts';

/** How far an account's statement is; an account of which nothing has arrived is at the beginning. */
export class GetPosition {
  constructor(private readonly book: Book) {}

  async execute(accountId: string): Promise<Position> {
    return (await this.book.positions([accountId])).get(accountId) ?? nowhere;
  }
}
