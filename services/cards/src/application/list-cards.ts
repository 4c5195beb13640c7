import { Inject, Injectable } from '@nestjs/common';
import type { Card } from '../domain/card.ts';
import { CardStore } from './ports.ts';

@Injectable()
export class ListCards {
  constructor(@Inject(CardStore) private readonly store: CardStore) {}

  /** Oldest first; `next` is absent on the last page. */
  execute(
    customerId: string,
    size: number,
    after: string | undefined,
  ): Promise<{ cards: Card[]; next: string | undefined }> {
    return this.store.list(customerId, size, after);
  }
}
