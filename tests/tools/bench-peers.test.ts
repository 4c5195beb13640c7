import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { blnkTarget, checkBlnk, prepareBlnk } from '../../bench/peers/blnk.mjs';
import { checkFormance, formanceTarget, prepareFormance } from '../../bench/peers/formance.mjs';
import { parseLog, parseSummary, schema, script } from '../../bench/peers/postgres.mjs';

type Asked = { method: string; path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> };
type Answer = { status?: number; body?: unknown };

let server: Server;
let url: string;
let asked: Asked[];
let answer: (request: Asked) => Answer;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text ? JSON.parse(text) : {},
    };
    asked.push(one);
    const { status = 200, body } = answer(one);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  asked = [];
});

afterAll(() => {
  server.close();
});

test('Formance: a ledger, funding from world, and a transfer as a transaction of one posting under its key', async () => {
  answer = ({ path }) => (path === '/v2/bench' ? { status: 204 } : { body: { data: { id: 1 } } });
  const settings = await prepareFormance({ url, accounts: 150, name: 'bench' });
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v2/bench',
    'POST /v2/bench/transactions',
    'POST /v2/bench/transactions',
  ]);
  expect(asked[1]?.body['postings']).toHaveLength(100);
  expect(settings.funding).toBe(2);

  const target = formanceTarget({ ...settings, sockets: 1, run: 'r', workload: 'uniform', seed: 1 });
  expect(target.acknowledged(await target.operate(7))).toEqual(['r-7']);
  target.close();
  const { headers, body } = asked.at(-1) as Asked;
  expect(headers['idempotency-key']).toBe('r-7');
  expect(body).toEqual({
    reference: 'r-7',
    metadata: {},
    postings: [
      {
        source: expect.stringMatching(/^acc_\d+$/),
        destination: expect.stringMatching(/^acc_\d+$/),
        amount: expect.any(Number),
        asset: 'BRL/2',
      },
    ],
  });
});

test('Formance: the check finds missing money, an overdrawn account and a lost transaction', async () => {
  const settings = { url, name: 'bench', accounts: 2, funding: 1 };
  const state = { sum: 0, balance: 5, transactions: 3, found: 1 };
  answer = ({ path }) => {
    if (path.includes('/aggregate/balances')) return { body: { data: { 'BRL/2': state.sum } } };
    if (path.includes('/stats')) return { body: { data: { accounts: 3, transactions: state.transactions } } };
    if (path.includes('/volumes'))
      return { body: { cursor: { hasMore: false, data: [{ account: 'acc_0', balance: state.balance }] } } };
    return { body: { cursor: { data: Array.from({ length: state.found }, () => ({})) } } };
  };
  const run = { acknowledged: ['r-1', 'r-2'], failed: 0 };
  const kept = { sumOfBalancesIsZero: true, noneNegative: true, transactionsAsAcknowledged: true };
  expect(await checkFormance(settings, run)).toEqual({ ...kept, someAcknowledgedFoundOnce: true });
  Object.assign(state, { sum: 1, balance: -1, transactions: 2, found: 0 });
  expect(Object.values(await checkFormance(settings, run))).toEqual([false, false, false, false]);
});

test('Blnk: a ledger, funded balances, and a transfer that skips the queue', async () => {
  let balances = 0;
  answer = ({ path }) => {
    if (path === '/ledgers') return { status: 201, body: { ledger_id: 'ldg_1' } };
    if (path === '/balances') return { status: 201, body: { balance_id: `bln_${balances++}` } };
    return { status: 201, body: { status: 'APPLIED' } };
  };
  const settings = await prepareBlnk({ url, accounts: 2, name: 'bench' });
  expect(settings.balances).toEqual(['bln_0', 'bln_1']);
  expect(asked[1]?.body).toEqual({ ledger_id: 'ldg_1', currency: 'BRL' });
  expect(asked[2]?.body).toMatchObject({ source: '@bench', destination: 'bln_0', allow_overdraft: true });

  const target = blnkTarget({ ...settings, sockets: 1, run: 'r', workload: 'uniform', seed: 1 });
  expect(await target.operate(0)).toBe('r-0');
  const { path, body } = asked.at(-1) as Asked;
  expect(path).toBe('/transactions');
  expect(body).toEqual({
    currency: 'BRL',
    precision: 100,
    skip_queue: true,
    description: 'bench',
    precise_amount: expect.any(Number),
    reference: 'r-0',
    source: expect.stringMatching(/^bln_[01]$/),
    destination: expect.stringMatching(/^bln_[01]$/),
  });
  answer = () => ({ status: 201, body: { status: 'QUEUED' } });
  await expect(target.operate(1)).rejects.toMatchObject({ code: 'QUEUED' });
  answer = () => ({ status: 400, body: { error: 'insufficient funds' } });
  await expect(target.operate(2)).rejects.toMatchObject({ code: 400 });
  target.close();
});

test('Blnk: the check adds all balances, and looks acknowledged transactions up', async () => {
  answer = ({ path }) =>
    path.startsWith('/balances/')
      ? { body: { balance: path.endsWith('0') ? 999_999_999 : 1_000_000_001 } }
      : { body: { status: 'APPLIED' } };
  const settings = { url, balances: ['bln_0', 'bln_1'] };
  const found = { sumOfBalancesIsZero: true, noneNegative: true, someAcknowledgedFound: true };
  expect(await checkBlnk(settings, { acknowledged: ['r-0'] })).toEqual(found);
  expect(asked.at(-1)?.path).toBe('/transactions/reference/r-0');
});

test('PostgreSQL: what pgbench runs, prints and logs', () => {
  expect(script('uniform', 10)).toContain('\\set source random(0, 9)');
  expect(script('skewed', 10)).toContain('\\if :dice <= 7');
  expect(schema(1_000)).toContain('generate_series(0, 1000 - 1)');
  const summary = [
    'number of transactions actually processed: 45560',
    'number of failed transactions: 3 (0.007%)',
    'latency average = 0.219 ms',
    'tps = 4556.120001 (without initial connection time)',
  ].join('\n');
  expect(parseSummary(summary)).toEqual({ completed: 45_560, perSecond: 4556.120001, failed: 3 });
  expect(() => parseSummary('pgbench: error')).toThrow('printed no result');
  expect([...parseLog('0 1 2500 0 1412881037 912698\n1 1 750 0 1412881037 912700\n')]).toEqual([2.5, 0.75]);
});
