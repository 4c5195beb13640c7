import { eventually } from '@ipe/testing/eventually';
import { ReplayRefused } from '../src/adapters/kafka/replay.ts';
import { rebuildStatement } from '../src/rebuild-statement.ts';
import { AccountLedger } from './account-ledger.ts';
import { StatementUnderTest } from './statement-under-test.ts';

const bank = new StatementUnderTest();
const accounts = ['acc_1', 'acc_2', 'acc_3'].map((id) => {
  const account = new AccountLedger(id);
  for (let n = 1n; n <= 20n; n += 1n) account.transfer(n);
  account.hold(500n).capture(300n);
  return account;
});

beforeAll(async () => {
  await bank.open();
  await bank.topic.tell(...accounts.flatMap(({ events }) => events));
});
afterAll(() => bank.close());

/** Starts the service until it has everything, and takes down all that it shows. */
async function shown() {
  const service = await bank.start();
  const statements = [];
  for (const { accountId, events } of accounts) {
    const sequence = BigInt(events.length);
    await eventually(async () => expect(await service.position(accountId)).toMatchObject({ sequence, gap: false }));
    statements.push(await service.list({ accountId, pageSize: 100 }));
  }
  await service.stop();
  return statements;
}

async function rebuild(options: { wipe?: boolean; force?: boolean } = {}): Promise<string[]> {
  const told: string[] = [];
  const tell = (text: string) => void told.push(text);
  await rebuildStatement(bank.settings, { wipe: false, force: false, ...options, tell });
  return told;
}

test('a rebuild changes nothing of a statement that is whole', async () => {
  const before = await shown();
  const told = await rebuild();
  expect(told.at(-1)).toBe('69 of 69 records read');
  expect(await shown()).toEqual(before);
});

test('a rebuild with --wipe makes the same statement from nothing', async () => {
  const before = await shown();
  const told = await rebuild({ wipe: true });
  // Of each account: 23 entries, the hold, its place among the open ones.
  expect(told[0]).toMatch(/^removed 75 items from /);
  expect(await shown()).toEqual(before);
});

test('a rebuild is refused while the service runs', async () => {
  const service = await bank.start();
  await eventually(async () => {
    const { groups } = await bank.topic.admin.describeGroups([bank.settings.CONSUMER_GROUP]);
    expect(groups[0]?.members).toHaveLength(1);
  });
  await expect(rebuild()).rejects.toThrow(ReplayRefused);
  await service.stop();
});

test('a wipe is refused where the topic no longer begins with its first record, unless forced', async () => {
  const before = await shown();
  const partitions = await bank.topic.admin.fetchTopicOffsets(bank.topic.name);
  const first = partitions.find(({ high }) => Number(high) > 0);
  if (!first) throw new Error('no records');
  await bank.topic.admin.deleteTopicRecords({
    topic: bank.topic.name,
    partitions: [{ partition: first.partition, offset: '1' }],
  });
  await expect(rebuild({ wipe: true })).rejects.toThrow('would lose lines for ever');
  expect(await shown()).toEqual(before);
  await rebuild({ wipe: true, force: true });
});
