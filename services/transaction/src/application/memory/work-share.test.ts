import { TestScheduler } from '../../../test/live-ledger.ts';
import { WorkShare } from './work-share.ts';

/** A clock that goes on while somebody rests, and somewhat longer where the loop is busy. */
class RestingScheduler extends TestScheduler {
  readonly rests: number[] = [];
  turns = 0;
  lateMs = 0;
  override async wait(ms = 0): Promise<void> {
    this.rests.push(ms);
    this.time += ms + this.lateMs;
  }
  override soon(run: () => void): void {
    this.turns += 1;
    super.soon(run);
  }
}

function sharing(share: number) {
  const scheduler = new RestingScheduler();
  const stopping = new AbortController();
  const work = new WorkShare(scheduler, share, stopping.signal);
  return {
    scheduler,
    stopping,
    work,
    /** Works for so long, and asks whether it may go on. */
    async workFor(ms: number) {
      scheduler.time += ms;
      await work.turn();
    },
  };
}

test('goes on at once until a slice is over, and then rests as long as its share wants', async () => {
  const { scheduler, workFor } = sharing(0.25);
  await workFor(2);
  await workFor(1);
  expect(scheduler.rests).toEqual([]);
  await workFor(1);
  expect(scheduler.rests).toEqual([12]);
  await workFor(3);
  expect(scheduler.rests).toEqual([12]);
  await workFor(2);
  expect(scheduler.rests).toEqual([12, 15]);
});

test('a whole core is shared by turns of the loop alone', async () => {
  const { scheduler, workFor } = sharing(1);
  await workFor(3);
  expect(scheduler.turns).toBe(0);
  await workFor(3);
  expect([scheduler.turns, scheduler.rests]).toEqual([1, []]);
});

test('a wait for the store is no work', async () => {
  const { scheduler, work, workFor } = sharing(0.25);
  await workFor(3);
  scheduler.time += 1_000;
  work.again();
  await workFor(3);
  expect(scheduler.rests).toEqual([]);
});

test('where rests take longer than they should, slices grow with them, up to a bound', async () => {
  const { scheduler, workFor } = sharing(0.5);
  scheduler.lateMs = 16;
  await workFor(4);
  // It has rested for twenty, and may work for as long.
  await workFor(19);
  expect(scheduler.rests).toEqual([4]);
  scheduler.lateMs = 1_000;
  await workFor(1);
  expect(scheduler.rests).toEqual([4, 20]);
  await workFor(31);
  expect(scheduler.rests).toEqual([4, 20]);
  scheduler.lateMs = 0;
  await workFor(1);
  expect(scheduler.rests).toEqual([4, 20, 32]);
});

test('ends the work once it is stopped', async () => {
  const { stopping, work } = sharing(0.5);
  stopping.abort(new Error('stopped'));
  await expect(work.turn()).rejects.toThrow('stopped');
  expect(() => work.again()).toThrow('stopped');
});
