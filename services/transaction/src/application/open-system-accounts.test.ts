import { cents } from '@ipe/money/cents';
import { codec, FaultyJournal, newLedger, patient, takeOver } from '../../test/live-ledger.ts';
import { unboundedLimit } from '../domain/account.ts';
import { chartOfAccounts, systemAccountIds } from '../domain/chart-of-accounts.ts';
import { decideOpenAccount } from '../domain/decide-account.ts';
import { openSystemAccounts } from './open-system-accounts.ts';

function ofNewBank() {
  const journal = new FaultyJournal();
  return { journal, ...newLedger(journal) };
}

test("all of the bank's own accounts are opened in one batch, once", async () => {
  const { ledger, journal } = ofNewBank();
  await takeOver(ledger, journal);
  await openSystemAccounts(ledger);
  expect(journal.appended).toHaveLength(1);
  const accounts = ledger.peek(({ accounts: all }) => [...all.values()]) ?? [];
  expect(accounts.map(({ accountId }) => accountId)).toEqual(systemAccountIds);
  for (const { accountId, accountClass, currency, limit } of accounts) {
    const { unbounded, ...chart } = chartOfAccounts[accountId as keyof typeof chartOfAccounts];
    expect({ accountClass, currency, limit }).toMatchObject({
      accountClass: chart.accountClass,
      currency: chart.currency,
      limit: unbounded ? unboundedLimit : 0n,
    });
  }
  await openSystemAccounts(ledger);
  expect(journal.appended).toHaveLength(1);
});

test('a ledger that was opened with cash alone gets the others', async () => {
  const { ledger, journal } = ofNewBank();
  await takeOver(ledger, journal);
  const accountId = 'system:cash';
  await ledger.execute(patient, {
    decide: (state, moment) => {
      const idempotency = { caller: 'system', key: `open-${accountId}`, fingerprint: moment.sha256(accountId) };
      const command = { idempotency, accountId, accountClass: 'ASSET', currency: 'BRL', limit: cents(1n) } as const;
      return decideOpenAccount(state, command, moment);
    },
  });
  await openSystemAccounts(ledger);
  const opened = journal.appended.map(({ bytes }) => codec.decodeBatch(bytes).records.length);
  expect(opened).toEqual([1, systemAccountIds.length - 1]);
});

test('a ledger that does not lead says so', async () => {
  await expect(openSystemAccounts(ofNewBank().ledger)).rejects.toThrow('cannot be opened');
});
