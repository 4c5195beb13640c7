import {
  LineKind as LineKindMessage,
  type Line as LineMessage,
  LineStatus as LineStatusMessage,
  type Position as PositionMessage,
} from '@ipe/contracts/gen/bank/statement/v1/statement';
import { derivedId } from '@ipe/dynamodb/derived-id';
import type { Line, LineKind, LineStatus } from '../../domain/line.ts';
import { hasGap, type Position } from '../../domain/position.ts';

const kinds: Readonly<Record<LineKind, LineKindMessage>> = {
  purchase: LineKindMessage.LINE_KIND_PURCHASE,
  refund: LineKindMessage.LINE_KIND_REFUND,
  transfer_in: LineKindMessage.LINE_KIND_TRANSFER_IN,
  transfer_out: LineKindMessage.LINE_KIND_TRANSFER_OUT,
  reversal: LineKindMessage.LINE_KIND_REVERSAL,
  sale: LineKindMessage.LINE_KIND_SALE,
  posting: LineKindMessage.LINE_KIND_POSTING,
};

const statuses: Readonly<Record<LineStatus, LineStatusMessage>> = {
  pending: LineStatusMessage.LINE_STATUS_PENDING,
  posted: LineStatusMessage.LINE_STATUS_POSTED,
  released: LineStatusMessage.LINE_STATUS_RELEASED,
};

export function kindOf(message: LineKindMessage): LineKind | undefined {
  return (Object.keys(kinds) as LineKind[]).find((kind) => kinds[kind] === message);
}

export function lineMessage(line: Line): LineMessage {
  const { accountId, transactionId, role } = line.key;
  return {
    lineId: derivedId('line', { caller: accountId, key: `${transactionId}#${role}` }),
    accountId,
    sequence: line.sequence,
    kind: kinds[line.kind],
    status: statuses[line.status],
    amountCents: line.amount,
    balanceCents: line.balance,
    transactionId,
    occurredAt: line.occurredAt,
    postedAt: line.postedAt,
    ...line.text,
  };
}

export function positionMessage(position: Position): PositionMessage {
  const { sequence, posted, held, available, bookedAt } = position;
  return {
    sequence,
    postedCents: posted,
    heldCents: held,
    availableCents: available,
    bookedAt,
    gap: hasGap(position),
  };
}
