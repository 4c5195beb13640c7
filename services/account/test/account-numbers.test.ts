import { dynamoClient } from '@ipe/dynamodb/client';
import { ServiceTable } from '@ipe/dynamodb/service-table';
import { ensureTable } from '@ipe/dynamodb/table';
import { cents } from '@ipe/money/cents';
import { testEngines } from '@ipe/testing/engines';
import { FixedClock } from '@ipe/testing/fixed-clock';
import { uniqueName } from '@ipe/testing/unique-name';
import { DynamoAccounts } from '../src/adapters/dynamodb/dynamo-accounts.ts';
import { DynamoCustomers } from '../src/adapters/dynamodb/dynamo-customers.ts';
import { OpenAccount } from '../src/application/open-account.ts';
import type { AccountNumbers, Ledger } from '../src/application/ports.ts';
import { openingBalance } from '../src/domain/account.ts';

const config = { DYNAMODB_ENDPOINT: testEngines().dynamodb, AWS_REGION: 'sa-east-1' };
const table = new ServiceTable(dynamoClient(config), uniqueName('account'));
const customers = new DynamoCustomers(table);
const accounts = new DynamoAccounts(table);
const clock = new FixedClock();
const ledger: Ledger = {
  open: async (_write, { limit }) => ({ kind: 'done', balance: openingBalance(limit) }),
  change: () => Promise.reject(new Error('no account is changed here')),
};

beforeAll(async () => {
  await ensureTable(table.client, { name: table.name });
  const write = { caller: 'test', key: 'customer' };
  const customer = { customerId: 'cus_1', name: 'Ana', document: '52998224725', email: 'ana@example.com' };
  await customers.register(write, 'f', { ...customer, createdAt: clock.now() });
});
afterAll(() => table.client.destroy());

const openWith = (numbers: AccountNumbers) => {
  const open = new OpenAccount(customers, accounts, ledger, numbers, clock);
  const write = { caller: 'test', key: uniqueName('key') };
  return open.execute({ write, customerId: 'cus_1', type: 'CREDIT_CARD', limit: cents(100n) });
};

test('a number that another account has is drawn again', async () => {
  const crowded: AccountNumbers = { candidate: (_accountId, attempt) => String(attempt).padStart(8, '0') };
  const numbers: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const outcome = await openWith(crowded);
    if (outcome.kind === 'done') numbers.push(outcome.value.number);
  }
  expect(numbers).toEqual(['00000001', '00000002', '00000003']);
});

test('an opening that finds no free number fails, and does not go on for ever', async () => {
  const full: AccountNumbers = { candidate: () => '00000001' };
  await expect(openWith(full)).rejects.toThrow('no free account number in 30 attempts');
});
