import { journalOf } from '../../../test/audited-journal.ts';
import { codec, TestScheduler } from '../../../test/live-ledger.ts';
import { MemoryPositions } from '../../../test/memory-positions.ts';
import { smallBank } from '../../../test/paper-ledger.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { Pace } from './pace.ts';
import { retellEntries } from './retell-entries.ts';

async function retelling() {
  const bank = smallBank();
  for (let n = 1n; n <= 30n; n += 1n) bank.transfer('acc_ana', 'acc_shop', n);
  const told: LedgerRecord[] = [];
  const scheduler = new TestScheduler();
  const parts = {
    journal: await journalOf(bank.records, 2),
    codec,
    positions: new MemoryPositions(),
    sink: { publish: async (records: readonly LedgerRecord[]) => void told.push(...records) },
    pace: new Pace(scheduler, Number.POSITIVE_INFINITY),
    scheduler,
    tell: () => undefined,
  };
  return { bank, told, parts };
}

test('tells every record of the journal again, in order', async () => {
  const { bank, told, parts } = await retelling();
  expect(await retellEntries([0], { ...parts, stopping: new AbortController().signal })).toBe('done');
  expect(told).toEqual(bank.records);
});

test('goes on where it was stopped, and tells nothing twice', async () => {
  const { bank, told, parts } = await retelling();
  const stopping = new AbortController();
  const stopped = await retellEntries([0], { ...parts, stopping: stopping.signal, tell: () => stopping.abort() });
  expect(stopped).toBe('stopped');
  expect(told.length).toBeLessThan(bank.records.length);
  expect(await retellEntries([0], { ...parts, stopping: new AbortController().signal })).toBe('done');
  expect(told).toEqual(bank.records);
});

test('reads no faster than it may', async () => {
  const scheduler = new (class extends TestScheduler {
    override async wait(ms = 0): Promise<void> {
      this.time += ms;
    }
  })();
  const begun = scheduler.now();
  const pace = new Pace(scheduler, 1_000);
  for (let read = 0; read < 10; read++) await pace.spent(500);
  expect(scheduler.now() - begun).toBe(5_000);
});
