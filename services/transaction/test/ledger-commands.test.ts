import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Server, status } from '@grpc/grpc-js';
import {
  type AccountServiceServer,
  AccountServiceService,
  AccountStatus,
  type Balance,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { type StatementServiceServer, StatementServiceService } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { dynamoClient } from '@ipe/dynamodb/client';
import { cents } from '@ipe/money/cents';
import { eventually } from '@ipe/testing/eventually';
import { listening } from '@ipe/testing/listening';
import { uniqueName } from '@ipe/testing/unique-name';
import { reconcile } from '../src/cli/reconcile.ts';
import { retell } from '../src/cli/retell.ts';
import { verify } from '../src/cli/verify.ts';
import { withRecord } from './audited-journal.ts';
import { startFakeCards } from './fake-cards.ts';
import { Bank, type Environment, environment, makeTopics, startHere, testKafka } from './service-under-test.ts';

// The commands as people run them, on a journal that the service wrote into DynamoDB.

const folder = mkdtempSync(join(tmpdir(), 'ipe-ledger-'));
let cards: Awaited<ReturnType<typeof startFakeCards>>;
let env: Environment;
let service: { stop: () => Promise<void> };
let bank: Bank;
let projections: Awaited<ReturnType<typeof startFakeProjections>>;

beforeAll(async () => {
  cards = await startFakeCards();
  projections = await startFakeProjections();
  env = await environment(cards.address);
  const { address } = projections;
  env = {
    ...env,
    ACCOUNT_ADDRESS: address,
    STATEMENT_ADDRESS: address,
    TRANSACTION_ADDRESS: env['GRPC_ADDRESS'] ?? '',
  };
  await makeTopics(env);
  service = await startHere(env);
  bank = new Bank(env);
  await bank.furnish();
  for (let n = 1n; n <= 40n; n += 1n) await bank.transfer(`t-${n}`, { amountCents: n });
  await bank.authorize('held', { amountCents: 900n });
});

afterAll(async () => {
  bank.close();
  await service.stop();
  projections.stop();
  cards.stop();
  rmSync(folder, { recursive: true });
});

const printed: string[] = [];
const output = {
  print: (line: string) => void printed.push(line),
  progress: { write: () => true },
  stopping: new AbortController().signal,
};

/** Answers the exit code and what was printed. */
async function verified(changes: Partial<Parameters<typeof verify>[0]> = {}) {
  printed.length = 0;
  const values = {
    progress: join(folder, 'progress'),
    resume: false,
    projections: 'none',
    wait: '0',
    rate: 'unbounded',
  };
  return { code: await verify({ ...values, ...changes }, env, output), printed: [...printed] };
}

/** Account and statement, showing what a test says, or else what the ledger says. */
async function startFakeProjections() {
  const shown = new Map<string, Partial<Balance>>();
  const server = new Server();
  const balanceOf = async (accountId: string) => ({ ...(await bank.balance(accountId)), ...shown.get(accountId) });
  const getAccount: AccountServiceServer['getAccount'] = ({ request }, callback) => {
    if (request.accountId.startsWith('system:')) return callback({ code: status.NOT_FOUND });
    balanceOf(request.accountId).then((balance) => {
      const account = { accountId: request.accountId, customerId: '', type: 1, branch: '', number: '', checkDigit: '' };
      const whole = { ...account, status: AccountStatus.ACCOUNT_STATUS_ACTIVE, createdAt: undefined };
      callback(null, { account: { ...whole, balance: { ...balance, updatedAt: undefined } } });
    }, callback);
  };
  const getPosition: StatementServiceServer['getPosition'] = ({ request }, callback) => {
    bank.balance(request.accountId).then((balance) => {
      callback(null, { position: { ...balance, bookedAt: undefined, gap: false } });
    }, callback);
  };
  server.addService({ getAccount: AccountServiceService.getAccount }, { getAccount });
  server.addService({ getPosition: StatementServiceService.getPosition }, { getPosition });
  const address = await listening(server);
  return { address, shown, stop: () => server.forceShutdown() };
}

test('verify finds a ledger right, with its projections, and audits only what came since when it resumes', async () => {
  const first = await verified({ projections: 'account,statement' });
  expect(first.printed.at(-1)).toMatch(/^right: /);
  expect(first.printed).toContain('shard 0: 3 accounts are the same in account, 11 it need not know');
  expect(first.printed).toContain('shard 0: 14 accounts are the same in statement');
  await bank.transfer('after', { amountCents: 5n });
  const second = await verified({ resume: true });
  expect(second.code).toBe(0);
  expect(entriesIn(second.printed)).toBe(entriesIn(first.printed) + 2);
});

function entriesIn(lines: readonly string[]): number {
  return Number(/ (\d+) entries/.exec(lines.join('\n'))?.[1]);
}

test('verify names the account, the entry and the field that a projection shows wrong', async () => {
  projections.shown.set('acc_ana', { postedCents: 1n, availableCents: 1n });
  const { sequence, postedCents } = await bank.balance('acc_ana');
  const { code, printed: lines } = await verified({ projections: 'account,statement' });
  projections.shown.clear();
  expect(code).toBe(1);
  const field = `posted in account, at entry ${sequence}`;
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    shard: 0,
    account: 'acc_ana',
    field,
    expected: `${postedCents}`,
    found: '1',
  });
});

test('verify names what was changed in the store, and is right again once it is mended', async () => {
  const client = dynamoClient({ DYNAMODB_ENDPOINT: env['DYNAMODB_ENDPOINT'] ?? '', AWS_REGION: 'sa-east-1' });
  const TableName = `${env['TABLE_PREFIX']}transaction`;
  const key = { pk: { S: 'journal#0' }, sk: { S: '0000000000000020' } };
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
  const stored = Item?.['batch']?.B;
  if (!stored) throw new Error('there is no batch 20');
  const changed = withRecord(stored, 0, (record) => {
    if (record.change.kind !== 'transaction') throw new Error('batch 20 is no transfer');
    const entries = record.change.entries.map((entry) => ({ ...entry, posted: cents(entry.posted + 1n) }));
    return { ...record, change: { ...record.change, entries } };
  });
  await client.send(new PutItemCommand({ TableName, Item: { ...Item, batch: { B: changed } } }));
  const found = await verified();
  await client.send(new PutItemCommand({ TableName, Item: Item ?? {} }));
  client.destroy();
  expect(found.code).toBe(1);
  expect(found.printed[0]).toMatch(
    /^DIFFERENT: shard 0, batch 20, record 0, account acc_\w+, transaction t\w+: posted should be \d+, and is \d+$/,
  );
  expect((await verified()).code).toBe(0);
});

test('retell tells every entry of the journal again, in order, and ends where the journal does', async () => {
  const consumer = testKafka().consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 50 });
  const told: EntryEvent[] = [];
  const topic = `${env['TOPIC_PREFIX']}bank.entries.v1`;
  await eventually(async () => {
    const admin = testKafka().admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    const all = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    expect(all).toBe(entriesIn((await verified()).printed));
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => void told.push(EntryEvent.fromJSON(JSON.parse(String(message.value)))),
  });
  const values = { progress: join(folder, 'retell'), resume: false, rate: 'unbounded' };
  expect(await retell(values, env, output)).toBe(0);
  expect(await retell({ ...values, resume: true }, env, output)).toBe(0);
  const { sequence } = await bank.balance('acc_ana');
  const once = Array.from({ length: Number(sequence) }, (_, index) => BigInt(index + 1));
  await eventually(() => {
    const ana = told.filter(({ accountId }) => accountId === 'acc_ana').map((event) => event.sequence);
    expect(ana).toEqual([...once, ...once]);
  });
  await consumer.disconnect();
});

test('reconcile lists what differs, posts what mends it once however often it is told to, and then finds nothing', async () => {
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/Sao_Paulo' }).format(Date.now());
  const pay = (key: string, amountCents: bigint) =>
    bank.transfer(key, { fromAccountId: 'system:settlement:cards', toAccountId: 'system:card-network', amountCents });
  const { transaction } = await pay('scheme-1', 10_000n);
  await pay('scheme-2', 777n);
  const file = join(folder, 'settled.csv');
  const header = 'nsu;transacao;pedido;lote;data_liquidacao;valor;operacao;situacao';
  const lines = [
    `1;${transaction?.transactionId};;;${day};101,00;C;LIQUIDADO`,
    `2;;;;${day};55,00;C;LIQUIDADO`,
    `3;;;;${day};?;C;LIQUIDADO`,
  ];
  writeFileSync(file, [header, ...lines.slice(0, 2)].join('\n'));
  const report = join(folder, 'report.csv');
  const values = { file, profile: 'cards-csv', report, post: false, rate: 'unbounded' };
  const told = async (post: boolean) => {
    printed.length = 0;
    const code = await reconcile({ ...values, post }, env, output);
    return [code, ...printed];
  };

  const dry = await told(false);
  expect(dry).toEqual(
    expect.arrayContaining([
      1,
      'differing 1, -101.00',
      expect.stringMatching(/^missing 1, -55\.00/),
      expect.stringMatching(/^surplus 1, -7\.77/),
    ]),
  );
  const mends = readFileSync(join(folder, 'report.mends.jsonl'), 'utf8').trim().split('\n');
  expect(mends.map((line) => JSON.parse(line).lines[0].amountCents)).toEqual(['-100', '-5500', '777']);
  const before = await bank.balance('system:settlement:cards');

  expect((await told(true)).at(-1)).toBe('3 posted, 0 were posted before, 0 refused');
  const after = await bank.balance('system:settlement:cards');
  expect(after.postedCents).toBe(before.postedCents - 100n - 5_500n + 777n);
  expect(await told(false)).toEqual(expect.arrayContaining([0, '0 postings would mend it', 'matched 2, -156.00']));
  expect((await verified()).code).toBe(0);

  writeFileSync(file, [header, ...lines].join('\n'));
  expect(await told(false)).toEqual(expect.arrayContaining([1, 'malformed 1', '0 postings would mend it']));
  expect(readFileSync(report, 'utf8')).toContain('malformed,,,4,,,,,,,,amount: must be an amount as decimal-comma');
});

test('reconcile posts nothing twice, when the same mends are posted from two places', async () => {
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/Sao_Paulo' }).format(Date.now());
  const file = join(folder, 'twice.csv');
  const header = 'nsu;transacao;pedido;lote;data_liquidacao;valor;operacao;situacao';
  writeFileSync(file, `${header}\n9;;;;${day};3.210,00;C;LIQUIDADO\n`);
  const before = await bank.balance('system:settlement:cards');
  const values = { file, profile: 'cards-csv', post: true, rate: 'unbounded' };
  const runs = ['a', 'b', 'c'].map((name) =>
    reconcile({ ...values, report: join(folder, `${name}.csv`) }, env, output),
  );
  await Promise.all(runs);
  const { postedCents } = await bank.balance('system:settlement:cards');
  // Its other lines of the day are surplus to this file, and are taken back, once as well.
  expect(postedCents).toBe(-321_000n);
  expect(before.postedCents).not.toBe(postedCents);
});
