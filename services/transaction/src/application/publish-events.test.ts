import {
  CountingMetrics,
  codec,
  FaultyJournal,
  leadingLedger,
  silent,
  TestScheduler,
  transfer,
  turn,
} from '../../test/live-ledger.ts';
import { MemoryPositions } from '../../test/memory-positions.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { EventSink } from './ports.ts';
import { publishEvents } from './publish-events.ts';

class ListingSink implements EventSink {
  readonly told: LedgerRecord[] = [];
  down = false;

  async publish(records: readonly LedgerRecord[]): Promise<void> {
    if (this.down) throw new Error('no broker');
    this.told.push(...records);
  }
}

function publisher(journal: FaultyJournal, sink: EventSink, positions = new MemoryPositions()) {
  const parts = { journal, codec, positions, sink, log: silent };
  return publishEvents(0, { ...parts, scheduler: new TestScheduler(), metrics: new CountingMetrics() });
}

async function someTurns(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}

test('tells every record once, in order, and goes on when woken', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const sink = new ListingSink();
  const events = publisher(journal, sink);
  ledger.onCommitted((batch) => events.wake(batch));
  const stopping = new AbortController();
  const running = events.run(stopping.signal);
  await someTurns();
  await transfer(ledger, 'k', 10n);
  await someTurns();
  stopping.abort();
  await running;
  const all = journal.appended.flatMap(({ bytes }) => codec.decodeBatch(bytes).records);
  expect(sink.told).toEqual(all);
});

test('waits for a sink that is away, and loses nothing', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const sink = new ListingSink();
  sink.down = true;
  const events = publisher(journal, sink);
  const stopping = new AbortController();
  const running = events.run(stopping.signal);
  await someTurns();
  expect(await transfer(ledger, 'k', 10n)).toMatchObject({ kind: 'answered' });
  expect(sink.told).toEqual([]);
  sink.down = false;
  await someTurns();
  stopping.abort();
  await running;
  expect(sink.told).toHaveLength(journal.appended.flatMap(({ bytes }) => codec.decodeBatch(bytes).records).length);
});

test('continues after a restart where it was', async () => {
  const journal = new FaultyJournal();
  const { ledger } = await leadingLedger(journal);
  const positions = new MemoryPositions();
  const first = new ListingSink();
  const before = publisher(journal, first, positions);
  const stopping = new AbortController();
  const running = before.run(stopping.signal);
  await someTurns();
  stopping.abort();
  await running;
  await transfer(ledger, 'k', 10n);
  const second = new ListingSink();
  const after = publisher(journal, second, positions);
  const stoppingAgain = new AbortController();
  const runningAgain = after.run(stoppingAgain.signal);
  await someTurns();
  stoppingAgain.abort();
  await runningAgain;
  expect(second.told).toHaveLength(1);
});
