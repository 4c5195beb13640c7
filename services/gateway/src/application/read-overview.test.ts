import { Line, LineStatus } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { lastOf } from './read-overview.ts';

const { LINE_STATUS_PENDING, LINE_STATUS_POSTED, LINE_STATUS_RELEASED } = LineStatus;

function line(lineId: string, status: LineStatus, occurred: number, posted?: number): Line {
  const postedAt = posted === undefined ? undefined : new Date(posted);
  return Line.fromPartial({ lineId, status, occurredAt: new Date(occurred), postedAt });
}

const names = (lines: readonly Line[]) => lines.map(({ lineId }) => lineId);

test('pending lines are on top, then those posted last, whenever the purchase was', () => {
  const lines = [
    line('bought early, posted last', LINE_STATUS_POSTED, 1, 50),
    line('held first', LINE_STATUS_PENDING, 2),
    line('posted at once', LINE_STATUS_POSTED, 40, 40),
    line('released', LINE_STATUS_RELEASED, 45),
    line('held last', LINE_STATUS_PENDING, 30),
  ];
  const expected = ['held last', 'held first', 'bought early, posted last', 'released', 'posted at once'];
  expect(names(lastOf(lines))).toEqual(expected);
});

test('lines of one instant stay as their account has them, and ten are enough', () => {
  const lines = Array.from({ length: 12 }, (_, at) => line(`${at}`, LINE_STATUS_POSTED, 7, 7));
  expect(names(lastOf(lines))).toEqual(names(lines).slice(0, 10));
});
