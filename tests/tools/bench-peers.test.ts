import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { blnkTarget, checkBlnk, prepareBlnk } from '../../bench/peers/blnk.mjs';
import { checkFormance, formanceTarget, prepareFormance, tellFormance } from '../../bench/peers/formance.mjs';
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

// What follows answers as Formance Ledger 2.4.12 and Blnk 0.15.2 were seen to.
const formancePageSize = 100;
const postingOf = (from: string, to: string) => ({
  source: expect.stringMatching(from),
  destination: expect.stringMatching(to),
  amount: expect.any(Number),
  asset: 'BRL/2',
});

/** Refuses what the real one refuses of a transaction: no posting, and a reference that is there. */
function formanceTransaction({ body }: Asked, references: Set<unknown>): Answer {
  const { postings, reference } = body as { postings?: object[]; reference?: string };
  if (!postings?.length) {
    const errorMessage = 'you must pass either a posting array, a numscript script, or a template';
    return { status: 400, body: { errorCode: 'NO_POSTINGS', errorMessage } };
  }
  if (references.has(reference)) {
    const errorMessage = `unexpected error while forging log: failed to insert transaction: duplicate reference "${reference}"`;
    return { status: 409, body: { errorCode: 'CONFLICT', errorMessage } };
  }
  references.add(reference);
  return { body: { data: { id: references.size, postings, reference, metadata: {}, reverted: false } } };
}

test('Formance: a ledger in a bucket of its own, funding from world, and a transfer as a transaction of one posting under its key', async () => {
  const references = new Set<unknown>();
  answer = (request) => (request.path === '/v2/bench' ? { status: 204 } : formanceTransaction(request, references));
  const settings = await prepareFormance({ url, accounts: 150, name: 'bench' });
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v2/bench',
    'POST /v2/bench/transactions',
    'POST /v2/bench/transactions',
  ]);
  expect(asked[0]?.body).toEqual({ bucket: 'bench' });
  expect(asked[1]?.body['postings']).toHaveLength(100);
  expect(asked[2]?.body['postings']).toContainEqual(postingOf('^world$', '^acc_149$'));
  expect(settings.funding).toBe(2);

  const target = formanceTarget({ ...settings, sockets: 1, run: 'r', workload: 'uniform', seed: 1 });
  expect(target.acknowledged(await target.operate(7))).toEqual(['r-7']);
  const { headers, body } = asked.at(-1) as Asked;
  expect(headers['idempotency-key']).toBe('r-7');
  expect(body).toEqual({
    reference: 'r-7',
    metadata: {},
    postings: [postingOf(String.raw`^acc_\d+$`, String.raw`^acc_\d+$`)],
  });
  await expect(target.operate(7)).rejects.toMatchObject({ code: 409 });
  target.close();
});

test('Formance: the check finds missing money, an account overdrawn on the second page, and a lost transaction', async () => {
  const settings = { url, name: 'bench', accounts: 150, funding: 2 };
  const state = { sum: 0, balance: 5, transactions: 4, found: 1 };
  const volumes = () => [
    ...Array.from({ length: 149 }, (_, index) => ({ account: `acc_${index}`, balance: 5 })),
    { account: 'acc_149', balance: state.balance },
    { account: 'world', balance: -750 },
  ];
  const page = (query: URLSearchParams) => {
    const first = Number(query.get('cursor') ?? 0);
    const size = Math.min(Number(query.get('pageSize') ?? formancePageSize), formancePageSize);
    const hasMore = first + size < volumes().length;
    const data = volumes().slice(first, first + size);
    return { pageSize: size, hasMore, ...(hasMore ? { next: String(first + size) } : {}), data };
  };
  answer = ({ path }) => {
    const { pathname, searchParams } = new URL(path, url);
    if (pathname === '/v2/_info') return { body: { data: { server: 'ledger', version: 'v2.4.12' } } };
    if (pathname === '/v2/bench/aggregate/balances') return { body: { data: { 'BRL/2': state.sum } } };
    if (pathname === '/v2/bench/stats') return { body: { data: { transactions: state.transactions, accounts: 151 } } };
    if (pathname === '/v2/bench/volumes') return { body: { cursor: page(searchParams) } };
    const { reference } = JSON.parse(searchParams.get('query') ?? '{}').$match;
    const data = Array.from({ length: state.found }, () => ({ id: 1, reference, postings: [], reverted: false }));
    return { body: { cursor: { pageSize: 15, hasMore: false, data } } };
  };
  expect(await tellFormance({ url })).toEqual({ version: 'v2.4.12' });
  const run = { acknowledged: ['r-1', 'r-2'], failed: 0 };
  const kept = { sumOfBalancesIsZero: true, noneNegative: true, transactionsAsAcknowledged: true };
  expect(await checkFormance(settings, run)).toEqual({ ...kept, someAcknowledgedFoundOnce: true });
  Object.assign(state, { sum: 1, balance: -1, transactions: 3, found: 0 });
  expect(Object.values(await checkFormance(settings, run))).toEqual([false, false, false, false]);
});

const refusal = (code: string, message: string) => ({ error: message, error_detail: { code, message } });

test('Blnk: a ledger, funded balances, and a transfer that skips the queue', async () => {
  let balances = 0;
  const applied = ({ body }: Asked) => ({ ...body, transaction_id: 'txn_1', status: 'APPLIED' });
  answer = (request) => {
    const { path, body } = request;
    if (path === '/ledgers') return { status: 201, body: { ledger_id: 'ldg_1', name: body['name'], meta_data: null } };
    if (path === '/balances') {
      const balance_id = `bln_${balances++}`;
      return { status: 201, body: { balance: 0, version: 0, balance_id, ...body } };
    }
    return { status: 201, body: applied(request) };
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
  answer = (request) => ({ status: 201, body: { ...applied(request), status: 'QUEUED' } });
  await expect(target.operate(1)).rejects.toMatchObject({ code: 'QUEUED' });
  const broke = 'failed to apply transaction to balances: insufficient funds in source balance';
  answer = () => ({ status: 400, body: refusal('TXN_INSUFFICIENT_FUNDS', broke) });
  await expect(target.operate(2)).rejects.toMatchObject({ code: 400, message: expect.stringContaining(broke) });
  const locked = 'failed to acquire lock: failed to acquire all locks within the wait timeout';
  answer = () => ({ status: 423, body: refusal('GEN_RESOURCE_LOCKED', locked) });
  await expect(target.operate(3)).rejects.toMatchObject({ code: 423 });
  target.close();
});

test('Blnk: the check adds all balances, and finds missing money, an overdrawn balance and a lost transaction', async () => {
  const balances: Record<string, number> = { bln_0: 999_999_999, bln_1: 1_000_000_001 };
  const references = new Set(['r-0']);
  answer = ({ path }) => {
    const name = path.split('/').at(-1) ?? '';
    if (path.startsWith('/balances/')) return { body: { balance: balances[name], version: 3, balance_id: name } };
    return path.startsWith('/transactions/reference/') && references.has(name)
      ? { body: { reference: name, status: 'APPLIED', precise_amount: 1 } }
      : { status: 404, body: refusal('TXN_NOT_FOUND', `Transaction with reference '${name}' not found`) };
  };
  const settings = { url, balances: Object.keys(balances) };
  const found = { sumOfBalancesIsZero: true, noneNegative: true, someAcknowledgedFound: true };
  expect(await checkBlnk(settings, { acknowledged: ['r-0'] })).toEqual(found);
  expect(asked.at(-1)?.path).toBe('/transactions/reference/r-0');
  balances['bln_0'] = -1;
  expect(Object.values(await checkBlnk(settings, { acknowledged: ['r-0', 'r-1'] }))).toEqual([false, false, false]);
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
