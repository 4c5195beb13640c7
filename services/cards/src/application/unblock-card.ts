import { Injectable } from '@nestjs/common';
import { decideUnblock } from '../domain/status-change.ts';
import { ChangeStatus } from './change-status.ts';
import type { CardOutcome } from './ports.ts';

export type UnblockCardCommand = Readonly<{
  caller: string;
  idempotencyKey: string;
  cardId: string;
  /** Given, it is the holder who asks; else the bank. */
  customerId: string | undefined;
}>;

@Injectable()
export class UnblockCard {
  constructor(private readonly changeStatus: ChangeStatus) {}

  execute({ caller, idempotencyKey, cardId, customerId }: UnblockCardCommand): Promise<CardOutcome> {
    const write = { caller, key: idempotencyKey, meaning: ['unblock', cardId, customerId ?? null] };
    const by = customerId === undefined ? 'bank' : 'holder';
    return this.changeStatus.execute(write, { cardId, customerId }, (card) => decideUnblock(card, by));
  }
}
