import { AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { ReplayRefused } from '@ipe/events/replay';
import { EntriesTopic } from '@ipe/testing/entries-topic';
import { eventually } from '@ipe/testing/eventually';
import { rebuildBalances } from '../src/rebuild-balances.ts';
import { type AccountBank, startAccountBank } from './account-bank.ts';
import { entry } from './entry.ts';

const topic = new EntriesTopic();
let bank: AccountBank;
let accountIds: string[];

beforeAll(async () => {
  await topic.create(3);
  bank = await startAccountBank({ ENTRIES_TOPIC: topic.name });
  const { customerId } = await bank.customer();
  accountIds = [];
  for (let n = 0; n < 3; n++) {
    const { accountId } = await bank.account(customerId, AccountType.ACCOUNT_TYPE_CREDIT_CARD, 10_000n);
    accountIds.push(accountId);
    for (let sequence = 1n; sequence <= 30n; sequence += 1n) {
      await topic.tell(entry(accountId, sequence, { postedCents: sequence * 10n }));
    }
  }
});

afterAll(async () => {
  await bank.stop();
  await topic.remove();
});

async function shown() {
  return Promise.all(accountIds.map(async (accountId) => (await bank.getAccount(accountId)).balance));
}

/** Stops the service, rebuilds, starts it again; what was told meanwhile. */
async function rebuilt(
  options: { wipe?: boolean; force?: boolean },
  change?: () => Promise<unknown>,
): Promise<string[]> {
  const told: string[] = [];
  const { config } = bank;
  await bank.stop();
  try {
    await change?.();
    await rebuildBalances(config, { wipe: false, force: false, ...options, tell: (text) => void told.push(text) });
  } finally {
    bank = await startAccountBank(config);
  }
  return told;
}

test('balances rebuilt from nothing are the same, and customers and accounts stay', async () => {
  await eventually(async () => expect((await shown()).map((balance) => balance?.sequence)).toEqual([30n, 30n, 30n]));
  const before = await shown();
  const told = await rebuilt({ wipe: true });
  expect(told[0]).toBe('removed 3 balances');
  expect(told.at(-1)).toBe('90 of 90 records read');
  expect(await shown()).toEqual(before);
  expect((await rebuilt({})).at(-1)).toBe('90 of 90 records read');
  expect(await shown()).toEqual(before);
});

test('a rebuild is refused while the service runs', async () => {
  await eventually(async () => {
    const { groups } = await topic.admin.describeGroups([bank.config.CONSUMER_GROUP]);
    expect(groups[0]?.members).toHaveLength(1);
  });
  const options = { wipe: true, force: false, tell: () => undefined };
  await expect(rebuildBalances(bank.config, options)).rejects.toThrow(ReplayRefused);
});

test('a wipe is refused where the topic no longer begins with its first record, unless forced', async () => {
  const before = await shown();
  const offsets = await topic.admin.fetchTopicOffsets(topic.name);
  const partition = offsets.find(({ high }) => Number(high) > 0)?.partition ?? 0;
  const forget = () => topic.admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition, offset: '1' }] });
  await expect(rebuilt({ wipe: true }, forget)).rejects.toThrow('would lose what they told');
  expect(await shown()).toEqual(before);
  await rebuilt({ wipe: true, force: true });
  expect(await shown()).toEqual(before);
});
