import type { ServerWritableStream } from '@grpc/grpc-js';
import type { WatchLinesRequest, WatchLinesResponse } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { Position } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { notFound } from '@ipe/service-kit/refusal';
import { eventually } from '@ipe/testing/eventually';
import { EventReader } from './event-reader.ts';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { account, line } from './samples.ts';

type Watching = ServerWritableStream<WatchLinesRequest, WatchLinesResponse>;

let bank: GatewayUnderTest;
let token: string;
let owned: string[];
/** What statement holds, and who watches it: lines are sent to watchers from their cursors on, like the real one does. */
let stored: { accountId: string; sequence: bigint }[];
const watching = new Set<Watching>();
const readers: EventReader[] = [];

function book(accountId: string, sequence: bigint): void {
  stored.push({ accountId, sequence });
  for (const call of watching) send(call, accountId, sequence);
}

function send(call: Watching, accountId: string, sequence: bigint): void {
  const watched = call.request.accounts.find((each) => each.accountId === accountId);
  if (watched && (watched.afterSequence ?? 0n) < sequence) call.write({ line: line(accountId, sequence) });
}

beforeAll(async () => {
  bank = await GatewayUnderTest.start({ STREAM_HEARTBEAT_MS: '100' });
  token = await bank.issuer.customer('cus_ana');
  bank.account.answer({
    listAccounts: () => ({ accounts: owned.map((id) => account(id)), nextPageToken: '' }),
    getAccount: ({ accountId, customerId }) => {
      if (customerId !== 'cus_ana' || !owned.includes(accountId)) throw notFound('account');
      return { account: account(accountId) };
    },
  });
  bank.statement.answer({
    getPosition: ({ accountId }) => {
      const sequences = stored.filter((each) => each.accountId === accountId).map(({ sequence }) => sequence);
      if (sequences.length === 0) throw notFound('statement');
      return { position: Position.fromPartial({ sequence: sequences.at(-1) ?? 0n }) };
    },
    watchLines: (_request, call) => {
      watching.add(call);
      call.on('cancelled', () => watching.delete(call));
      for (const { accountId, sequence } of stored) send(call, accountId, sequence);
    },
  });
});
beforeEach(() => {
  owned = ['acc_1', 'acc_2'];
  stored = [{ accountId: 'acc_1', sequence: 7n }];
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
  await eventually(() => expect(watching.size).toBe(0));
});
afterAll(() => bank.stop());

async function follow(lastEventId?: string, query = '', bearer = token): Promise<EventReader> {
  const headers: Record<string, string> = { authorization: `Bearer ${bearer}` };
  if (lastEventId) headers['last-event-id'] = lastEventId;
  const reader = await EventReader.open(`${bank.url}/v1/statement/stream${query}`, headers);
  readers.push(reader);
  await eventually(() => expect(reader.events.length).toBeGreaterThan(0));
  return reader;
}
const watched = () => eventually(() => expect(watching.size).toBe(1));
const linesOf = (reader: EventReader) => reader.of('line').map(({ data }) => data['lineId']);

test('tells where it begins, then each new line of all accounts with a cursor of them all', async () => {
  const reader = await follow();
  expect(reader.response.headers.get('content-type')).toContain('text/event-stream');
  expect(reader.response.headers.get('cache-control')).toBe('no-store');
  expect(reader.events[0]).toEqual({ event: 'ready', id: 'acc_1:7,acc_2:0', data: { accountIds: ['acc_1', 'acc_2'] } });
  await watched();
  book('acc_1', 8n);
  book('acc_2', 1n);
  await eventually(() => expect(reader.of('line')).toHaveLength(2));
  expect(reader.of('line').map(({ id }) => id)).toEqual(['acc_1:8,acc_2:0', 'acc_1:8,acc_2:1']);
  expect(reader.of('line')[0]?.data).toMatchObject({ lineId: 'lin_acc_1_8', amount: '-179.80', sequence: 8 });
});

test('goes on after Last-Event-ID: what happened meanwhile is told, nothing twice, nothing lost', async () => {
  const first = await follow();
  await watched();
  book('acc_1', 8n);
  await eventually(() => expect(first.of('line')).toHaveLength(1));
  const last = first.of('line')[0]?.id;
  await first.close();
  await eventually(() => expect(watching.size).toBe(0));
  book('acc_1', 9n);
  book('acc_2', 1n);
  const second = await follow(last);
  await watched();
  book('acc_2', 2n);
  await eventually(() => expect(second.of('line')).toHaveLength(3));
  expect(linesOf(second)).toEqual(['lin_acc_1_9', 'lin_acc_2_1', 'lin_acc_2_2']);
});

test('a listener who left before the first line loses none either', async () => {
  const first = await follow();
  const last = first.events[0]?.id;
  await first.close();
  book('acc_2', 1n);
  const second = await follow(last);
  await eventually(() => expect(linesOf(second)).toEqual(['lin_acc_2_1']));
});

test('follows one account when it is named; one of somebody else is 404', async () => {
  const reader = await follow(undefined, '?accountId=acc_2');
  await watched();
  book('acc_1', 8n);
  book('acc_2', 1n);
  await eventually(() => expect(linesOf(reader)).toEqual(['lin_acc_2_1']));
  const stranger = await bank.issuer.customer('cus_bea');
  const refused = await bank.get('/v1/statement/stream?accountId=acc_1', { token: stranger });
  expect([refused.status, refused.body.code]).toEqual([404, 'account_not_found']);
});

test('an account opened meanwhile joins the stream', async () => {
  const reader = await follow();
  await watched();
  owned = [...owned, 'acc_card'];
  book('acc_card', 1n);
  await eventually(() => expect(linesOf(reader)).toEqual(['lin_acc_card_1']));
  expect(reader.of('line')[0]?.id).toContain('acc_card:1');
});

test('a cursor of somebody else’s account opens nothing', async () => {
  stored.push({ accountId: 'acc_bea', sequence: 3n });
  await follow('acc_bea:1,acc_1:7,acc_2:0');
  await watched();
  const [call] = watching;
  expect(call?.request.accounts.map(({ accountId }) => accountId)).toEqual(['acc_1', 'acc_2']);
});

test('a restart of statement goes unnoticed but for the pause', async () => {
  const reader = await follow();
  await watched();
  bank.statement.stop();
  watching.clear();
  stored.push({ accountId: 'acc_1', sequence: 8n });
  await bank.statement.start();
  await eventually(() => expect(linesOf(reader)).toEqual(['lin_acc_1_8']));
});

test('says that it is alive', async () => {
  const reader = await follow();
  await eventually(() => expect(reader.comments.length).toBeGreaterThan(2));
});

test('ends when the token expires, and says so', async () => {
  const expiresIn = Math.floor(Date.now() / 1000) + 2;
  const short = await bank.issuer.customer('cus_ana', 'statement:read', { expiresIn });
  const reader = await follow(undefined, '', short);
  await reader.ended;
  expect(reader.events.at(-1)).toMatchObject({ event: 'end', data: { reason: 'token_expired' } });
});

test('a slow reader holds its own stream back, and still gets every line', async () => {
  const reader = await follow();
  await watched();
  const count = 3_000;
  for (let at = 8; at < 8 + count; at += 1) book('acc_1', BigInt(at));
  await eventually(() => expect(reader.of('line')).toHaveLength(count), { timeoutMs: 20_000 });
  const sequences = reader.of('line').map(({ data }) => data['sequence']);
  expect(sequences).toEqual(Array.from({ length: count }, (_, at) => at + 8));
});

test('a malformed Last-Event-ID is 400, more than twenty accounts are 422', async () => {
  const malformed = await bank.get('/v1/statement/stream', { token, headers: { 'last-event-id': 'yesterday' } });
  expect([malformed.status, malformed.body.errors[0].field]).toEqual([400, 'Last-Event-ID']);
  owned = Array.from({ length: 21 }, (_, at) => `acc_many_${at}`);
  const many = await bank.get('/v1/statement/stream', { token });
  expect([many.status, many.body.code]).toEqual([422, 'too_many_accounts']);
});

test('with statement down, the stream is refused before it begins', async () => {
  bank.statement.stop();
  const answer = await bank.get('/v1/statement/stream', { token });
  expect([answer.status, answer.body.code]).toEqual([503, 'statement_unavailable']);
  await bank.statement.start();
});

test('closing the gateway ends its streams', async () => {
  const closing = await GatewayUnderTest.start();
  closing.account.answer({ listAccounts: () => ({ accounts: [], nextPageToken: '' }) });
  const bearer = await closing.issuer.customer('cus_ana');
  const reader = await EventReader.open(`${closing.url}/v1/statement/stream`, { authorization: `Bearer ${bearer}` });
  await eventually(() => expect(reader.events).toHaveLength(1));
  await closing.stop();
  await reader.ended;
  expect(reader.events.at(-1)).toMatchObject({ event: 'end', data: { reason: 'restarting' } });
});
