import { LineKind, LineStatus } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { eventually } from '@ipe/testing/eventually';
import { uniqueName } from '@ipe/testing/unique-name';
import { AccountLedger } from './account-ledger.ts';
import { type RunningStatement, StatementUnderTest } from './statement-under-test.ts';

const bank = new StatementUnderTest();
let service: RunningStatement;

beforeAll(async () => {
  await bank.open();
  service = await bank.start();
});
afterAll(() => bank.close());

function newAccount(): AccountLedger {
  return new AccountLedger(uniqueName('acc').replace('-', '_'));
}

async function reaches(accountId: string, sequence: bigint): Promise<void> {
  await eventually(async () => expect(await service.position(accountId)).toMatchObject({ sequence }));
}

test('a purchase is on the statement as pending, then as posted in the same line', async () => {
  const account = newAccount();
  const purchase = account.hold(10_000n, 'Padaria Ipê');
  await bank.topic.tell(...account.events);
  await reaches(account.accountId, 2n);
  const { lines: before } = await service.list({ accountId: account.accountId });
  expect(before).toEqual([
    {
      lineId: expect.stringMatching(/^line_[0-9a-z]{26}$/),
      accountId: account.accountId,
      sequence: 2n,
      kind: LineKind.LINE_KIND_PURCHASE,
      status: LineStatus.LINE_STATUS_PENDING,
      amountCents: -10_000n,
      balanceCents: undefined,
      currency: 'BRL',
      description: 'Padaria Ipê',
      transactionId: purchase.transactionId,
      merchantId: 'mer_1',
      orderId: 'ord_1',
      cardId: 'card_1',
      cardLastFour: '1234',
      installments: 3,
      authorizationCode: 'A1B2C3',
      occurredAt: new Date('2026-03-01T12:00:01.000Z'),
      postedAt: undefined,
    },
  ]);
  await bank.topic.tell(purchase.capture(10_000n));
  await reaches(account.accountId, 3n);
  const { lines, position, nextPageToken } = await service.list({ accountId: account.accountId });
  expect(lines).toEqual([
    {
      ...before[0],
      sequence: 3n,
      status: LineStatus.LINE_STATUS_POSTED,
      balanceCents: -10_000n,
      postedAt: new Date('2026-03-01T12:00:02.000Z'),
    },
  ]);
  expect(nextPageToken).toBe('');
  expect(position).toEqual({
    sequence: 3n,
    postedCents: -10_000n,
    heldCents: 0n,
    availableCents: 90_000n,
    bookedAt: new Date('2026-03-01T12:00:02.000Z'),
    gap: false,
  });
});

test('an entry that comes twice is on the statement once', async () => {
  const account = newAccount();
  account.transfer(500n);
  await bank.topic.tell(...account.events, ...account.events);
  account.transfer(-100n);
  await bank.topic.tell(...account.events);
  await reaches(account.accountId, 3n);
  const { lines } = await service.list({ accountId: account.accountId });
  expect(lines.map(({ amountCents, balanceCents }) => [amountCents, balanceCents])).toEqual([
    [-100n, 400n],
    [500n, 500n],
  ]);
});

test('an entry beyond a gap is shown, the gap is told, and closes when the missing one arrives', async () => {
  const account = newAccount();
  account.transfer(500n);
  account.transfer(-100n);
  const [opened, missing, beyond] = account.events;
  if (!opened || !missing || !beyond) throw new Error('three entries');
  await bank.topic.tell(opened, beyond);
  await eventually(async () => expect((await service.position(account.accountId)).gap).toBe(true));
  const early = await service.list({ accountId: account.accountId });
  expect(early.lines.map(({ amountCents }) => amountCents)).toEqual([-100n]);
  expect(early.position).toMatchObject({ sequence: 1n, postedCents: 0n, gap: true });
  await eventually(async () => expect(await service.metrics()).toMatch(/^statement_gaps 1$/m));
  await bank.topic.tell(missing);
  await reaches(account.accountId, 3n);
  const { lines, position } = await service.list({ accountId: account.accountId });
  expect(lines.map(({ amountCents }) => amountCents)).toEqual([-100n, 500n]);
  expect(position).toMatchObject({ sequence: 3n, postedCents: 400n, gap: false });
  await eventually(async () => expect(await service.metrics()).toMatch(/^statement_gaps 0$/m));
});

test('postings, increased holds, every freeze and points leave no gap and no dead letter', async () => {
  const accountId = uniqueName('acc').replace('-', '_');
  const account = new AccountLedger(accountId, 0n, '2026-03-01T12:00:00.000Z', 'PONTOS/0');
  account.post(5_000n, -50n);
  const purchase = account.hold(1_000n);
  purchase.increase(200n);
  for (const status of ['FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL', 'ACTIVE']) account.changeStatus(status);
  const letters = (await bank.topic.deadLetters()).length;
  await bank.topic.tell(...account.events);
  await reaches(accountId, 8n);
  const { lines, position } = await service.list({ accountId });
  expect(lines).toMatchObject([
    { kind: LineKind.LINE_KIND_PURCHASE, status: LineStatus.LINE_STATUS_PENDING, amountCents: -1_200n },
    { kind: LineKind.LINE_KIND_POSTING, amountCents: -50n, balanceCents: 4_950n, currency: 'PONTOS/0' },
    { kind: LineKind.LINE_KIND_POSTING, amountCents: 5_000n, balanceCents: 5_000n, currency: 'PONTOS/0' },
  ]);
  expect(position).toMatchObject({ postedCents: 4_950n, heldCents: 1_200n, gap: false });
  const postings = await service.list({ accountId, kinds: [LineKind.LINE_KIND_POSTING] });
  expect(postings.lines.map(({ amountCents }) => amountCents)).toEqual([-50n, 5_000n]);
  expect((await bank.topic.deadLetters()).length).toBe(letters);
});

test('a poison event goes to the dead letters, and the ones behind it are on the statement', async () => {
  const account = newAccount();
  account.transfer(500n);
  const [opened, transfer] = account.events;
  if (!opened || !transfer) throw new Error('two entries');
  await bank.topic.tell(opened);
  await bank.topic.tellText(account.accountId, '{"accountId":');
  await bank.topic.tellText(account.accountId, JSON.stringify({ accountId: account.accountId, kind: 'INTEREST' }));
  await bank.topic.tell(transfer);
  await reaches(account.accountId, 2n);
  expect(await bank.topic.deadLetters()).toHaveLength(2);
});

test('lines are filtered by date and kind, page by page, without loss or repetition', async () => {
  const account = newAccount();
  for (let n = 1n; n <= 25n; n += 1n) account.transfer(n % 5n === 0n ? -n : n);
  account.hold(900n);
  await bank.topic.tell(...account.events);
  await reaches(account.accountId, 27n);
  const amounts: bigint[] = [];
  const sizes: number[] = [];
  let pageToken = '';
  do {
    const page = await service.list({ accountId: account.accountId, pageSize: 10, pageToken });
    sizes.push(page.lines.length);
    amounts.push(...page.lines.map(({ amountCents }) => amountCents));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(sizes).toEqual([10, 10, 6]);
  expect(amounts).toHaveLength(26);
  expect(new Set(amounts).size).toBe(26);
  const kinds = [LineKind.LINE_KIND_TRANSFER_OUT, LineKind.LINE_KIND_PURCHASE];
  const first = await service.list({ accountId: account.accountId, kinds, pageSize: 4 });
  expect(first.lines.map(({ amountCents }) => amountCents)).toEqual([-900n, -25n, -20n, -15n]);
  const second = await service.list({
    accountId: account.accountId,
    kinds,
    pageSize: 4,
    pageToken: first.nextPageToken,
  });
  expect(second.lines.map(({ amountCents }) => amountCents)).toEqual([-10n, -5n]);
  expect(second.nextPageToken).toBe('');
  const window = { from: new Date('2026-03-01T12:00:03.000Z'), until: new Date('2026-03-01T12:00:05.000Z') };
  const within = await service.list({ accountId: account.accountId, ...window });
  expect(within.lines.map(({ amountCents }) => amountCents)).toEqual([4n, 3n]);
});

test('lines held, captured in parts and posted at once among others add up over all pages', async () => {
  const account = newAccount();
  const [one, two, three] = [100n, 200n, 300n].map((cents) => account.hold(cents));
  account.transfer(1_000n);
  two?.capture(50n);
  one?.capture(100n);
  account.transfer(-7n);
  two?.capture(150n);
  one?.refund(40n);
  await bank.topic.tell(...account.events);
  await reaches(account.accountId, 10n);
  const shown: unknown[] = [];
  let pageToken = '';
  do {
    const page = await service.list({ accountId: account.accountId, pageSize: 2, pageToken });
    shown.push(
      ...page.lines.map(({ amountCents, balanceCents, transactionId }) => [
        amountCents,
        balanceCents,
        transactionId === three?.transactionId ? 'pending' : 'posted',
      ]),
    );
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(shown).toEqual([
    [-300n, undefined, 'pending'],
    [40n, 733n, 'posted'],
    [-150n, 693n, 'posted'],
    [-7n, 843n, 'posted'],
    [-100n, 850n, 'posted'],
    [-50n, 950n, 'posted'],
    [1_000n, 1_000n, 'posted'],
  ]);
});

test('an account that the statement never heard of has no lines, and is at its beginning', async () => {
  expect(await service.list({ accountId: 'acc_unknown' })).toEqual({
    lines: [],
    nextPageToken: '',
    position: { sequence: 0n, postedCents: 0n, heldCents: 0n, availableCents: 0n, bookedAt: undefined, gap: false },
  });
});

test.each([
  ['no account', { accountId: '' }, 'account_id'],
  ['an account that is none', { accountId: 'a b' }, 'account_id'],
  ['a page of 101', { accountId: 'acc_1', pageSize: 101 }, 'page_size'],
  ['a kind that is none', { accountId: 'acc_1', kinds: [LineKind.LINE_KIND_UNSPECIFIED] }, 'kinds[0]'],
  ['a kind that nobody knows', { accountId: 'acc_1', kinds: [99 as LineKind] }, 'kinds[0]'],
  ['an end before the beginning', { accountId: 'acc_1', from: new Date(2_000), until: new Date(1_000) }, 'until'],
  ['a time beyond the year 9999', { accountId: 'acc_1', until: new Date(8.6e15) }, 'until'],
  ['a page token of somebody’s own', { accountId: 'acc_1', pageToken: 'bm90IG91cnM' }, 'page_token'],
  [
    'a page token that looks like one',
    { accountId: 'acc_1', pageToken: Buffer.from('{"before":"position"}').toString('base64url') },
    'page_token',
  ],
])('a request with %s is refused, and the field is named', async (_what, request, field) => {
  await expect(service.list(request)).rejects.toMatchObject({
    reason: 'invalid_request',
    violations: [expect.objectContaining({ field })],
  });
});

test('an operator sees what became of the entries and how late they are', async () => {
  const metrics = await service.metrics();
  expect(metrics).toMatch(/^statement_entries_total\{outcome="recorded"\} [1-9]/m);
  expect(metrics).toMatch(/^statement_entries_total\{outcome="repeated"\} [1-9]/m);
  expect(metrics).toMatch(/^statement_entries_total\{outcome="dead_lettered"\} 2$/m);
  expect(metrics).toMatch(/^statement_lag_seconds_count [1-9]/m);
  expect(metrics).toMatch(/^statement_watchers 0$/m);
});
