import { Injectable } from '@nestjs/common';
import { type BlockReason, decideBlock } from '../domain/status-change.ts';
import { ChangeStatus } from './change-status.ts';
import type { CardOutcome } from './ports.ts';

export type BlockCardCommand = Readonly<{
  caller: string;
  idempotencyKey: string;
  cardId: string;
  customerId: string | undefined;
  reason: BlockReason;
}>;

@Injectable()
export class BlockCard {
  constructor(private readonly changeStatus: ChangeStatus) {}

  /** In force with the next verification: both read and write the same item. */
  execute({ caller, idempotencyKey, cardId, customerId, reason }: BlockCardCommand): Promise<CardOutcome> {
    const write = { caller, key: idempotencyKey, meaning: ['block', cardId, customerId ?? null, reason] };
    return this.changeStatus.execute(write, { cardId, customerId }, (card) => decideBlock(card, reason));
  }
}
