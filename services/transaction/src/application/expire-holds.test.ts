import { cents } from '@ipe/money/cents';
import { FaultyJournal, leadingLedger, patient, silent, turn } from '../../test/live-ledger.ts';
import { goodCard, purchase, scope } from '../../test/paper-ledger.ts';
import { decideAuthorize } from '../domain/decide-authorize.ts';
import { expireHolds, HoldSweeper } from './expire-holds.ts';
import { getBalance } from './get-balance.ts';
import { taskOf } from './task.ts';

async function withHolds(count: number) {
  const parts = await leadingLedger(new FaultyJournal());
  for (const [accountId, limit] of [
    ['acc_card', 1_000_000n],
    ['acc_shop', 0n],
  ] as const) {
    const command = { idempotency: scope(accountId), accountId, accountClass: 'ASSET', currency: 'BRL' } as const;
    await parts.ledger.execute(patient, taskOf({ kind: 'openAccount', ...command, limit: cents(limit) }));
  }
  for (let index = 0; index < count; index++) {
    const command = purchase(`p${index}`, 10n, { expiresAt: parts.scheduler.time + 1_000 + index });
    await parts.ledger.execute(patient, {
      decide: (state, moment) => decideAuthorize(state, command, goodCard, moment),
    });
  }
  return parts;
}

test('expires what is due, and only that', async () => {
  const { ledger, scheduler } = await withHolds(5);
  expect(await expireHolds(ledger, patient)).toBe(0);
  scheduler.time += 1_002;
  expect(await expireHolds(ledger, patient)).toBe(3);
  expect(await expireHolds(ledger, patient)).toBe(0);
  expect(await getBalance(ledger, 'acc_card', patient)).toMatchObject({ answer: { held: 20n, posted: 0n } });
});

test('the sweeper works through many due at once, and stops', async () => {
  const { ledger, scheduler } = await withHolds(450);
  scheduler.time += 10_000;
  const sweeper = new HoldSweeper(ledger, scheduler, silent, 1_000);
  const stopping = new AbortController();
  const running = sweeper.run(stopping.signal);
  for (let turns = 0; turns < 40; turns++) await turn();
  stopping.abort();
  await running;
  expect(await getBalance(ledger, 'acc_card', patient)).toMatchObject({ answer: { held: 0n } });
});
