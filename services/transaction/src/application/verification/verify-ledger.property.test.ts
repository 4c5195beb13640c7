import { cents } from '@ipe/money/cents';
import fc from 'fast-check';
import { damaged, journalOf, withRecord } from '../../../test/audited-journal.ts';
import { randomBank, step, take } from '../../../test/random-steps.ts';
import { verifyJournal } from '../../../test/verified-journal.ts';

test('whatever the ledger was asked, its journal is right; and one amount changed anywhere is found where it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat(), fc.nat(), async (steps, nth, which) => {
      const bank = randomBank();
      for (const command of steps) take(bank, command);
      const journal = await journalOf(bank.records);
      expect(await verifyJournal(journal)).toMatchObject({ kind: 'right', shards: [{ records: bank.records.length }] });

      const withEntries = bank.records.flatMap(({ change }, at) =>
        change.kind !== 'cancelled' && change.entries.length > 0
          ? [{ batch: at + 1, entries: change.entries.length }]
          : [],
      );
      const place = withEntries[nth % withEntries.length];
      if (!place) throw new Error('a bank without entries');
      const changed = damaged(journal, (bytes, sequence) =>
        sequence !== place.batch
          ? bytes
          : withRecord(bytes, 0, (record) => {
              if (record.change.kind === 'cancelled') return record;
              const entries = record.change.entries.map((entry, at) =>
                at === which % place.entries ? { ...entry, postedDelta: cents(entry.postedDelta + 1n) } : entry,
              );
              return { ...record, change: { ...record.change, entries } };
            }),
      );
      const difference = { batch: place.batch, record: 0, field: 'posted' };
      expect(await verifyJournal(changed)).toMatchObject({ kind: 'wrong', difference });
    }),
    { numRuns: 60 },
  );
});
