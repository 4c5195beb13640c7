import { journalOf } from '../../../test/audited-journal.ts';
import type { MemoryJournal } from '../../../test/memory-journal.ts';
import { livelyBank, verifyJournal as verify } from '../../../test/verified-journal.ts';
import { available } from '../../domain/account.ts';
import type { ProjectedBalance, Projection } from './ports.ts';

const bank = livelyBank();
let journal: MemoryJournal;
beforeAll(async () => {
  journal = await journalOf(bank.records);
});

/** A projection as it should be; `change` makes it wrong. */
function projection(
  change: (shown: ProjectedBalance, accountId: string, asked: number) => ProjectedBalance | undefined,
): Projection {
  let asked = 0;
  return {
    name: 'statement',
    read: async (accountId) => {
      const account = bank.state.accounts.get(accountId);
      if (!account) throw new Error(`no account ${accountId}`);
      const { sequence, posted, held } = account;
      asked += 1;
      return change({ sequence, values: { posted, held, available: available(account) } }, accountId, asked);
    },
  };
}

describe('projections', () => {
  test('that show what the entries say are counted', async () => {
    const verified = await verify(journal, { projections: [projection((shown) => shown)] });
    expect(verified).toMatchObject({ kind: 'right', shards: [{ compared: { same: { statement: 6 }, lagged: 0 } }] });
  });

  test('that show another balance are named with account, entry and field', async () => {
    const wrong = projection((shown, accountId) =>
      accountId === 'acc_shop' ? { ...shown, values: { ...shown.values, posted: 1n } } : shown,
    );
    const { sequence, posted } = bank.state.accounts.get('acc_shop') ?? { sequence: 0, posted: 0n };
    const field = `posted in statement, at entry ${sequence}`;
    const difference = { account: 'acc_shop', field, expected: `${posted}`, found: '1' };
    expect(await verify(journal, { projections: [wrong] })).toMatchObject({ kind: 'wrong', difference });
  });

  test('that lag may catch up within the wait', async () => {
    const late = projection((shown, accountId, asked) =>
      accountId === 'acc_shop' && asked < 6 ? { sequence: 1, values: { posted: 0n } } : shown,
    );
    const verified = await verify(journal, { projections: [late], waitMs: 5_000 });
    expect(verified).toMatchObject({ kind: 'right', shards: [{ compared: { same: { statement: 6 }, lagged: 1 } }] });
  });

  test('that are still behind are told as that, unless they are wrong even there', async () => {
    const behind = (posted: bigint) =>
      projection((shown, accountId) => (accountId === 'acc_ana' ? { sequence: 2, values: { posted } } : shown));
    const late = await verify(journal, { projections: [behind(100_000n)], waitMs: 1_000 });
    const field = 'sequence in statement, after 1 s of waiting';
    expect(late).toMatchObject({
      kind: 'wrong',
      difference: { account: 'acc_ana', field, expected: '8 or more', found: '2' },
    });
    const wrong = await verify(journal, { projections: [behind(99_999n)], waitMs: 1_000 });
    const there = { account: 'acc_ana', field: 'posted in statement, at entry 2', expected: '100000', found: '99999' };
    expect(wrong).toMatchObject({ kind: 'wrong', difference: there });
  });

  test('that tell of an entry that is not in the journal are wrong', async () => {
    const ahead = projection((shown, accountId) => (accountId === 'acc_ana' ? { ...shown, sequence: 99 } : shown));
    const difference = { account: 'acc_ana', expected: 'at most 8', found: '99' };
    expect(await verify(journal, { projections: [ahead], waitMs: 1_000 })).toMatchObject({ kind: 'wrong', difference });
  });

  test('that do not know an account, and need not, are counted apart', async () => {
    const partly = projection((shown, accountId) => (accountId === 'system:cash' ? undefined : shown));
    const verified = await verify(journal, { projections: [partly] });
    const compared = { same: { statement: 5 }, unknown: { statement: 1 } };
    expect(verified).toMatchObject({ kind: 'right', shards: [{ compared }] });
  });
});
