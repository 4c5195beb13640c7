import { answerOf, type PaperLedger, type PaperLine, purchase, scope, smallBank } from '../../test/paper-ledger.ts';
import { unboundedLimit } from './account.ts';

const cent: PaperLine[] = [
  ['acc_ana', -1n],
  ['acc_shop', 1n],
];

test('a posting writes its lines in order, all in one, and tells what the caller says of it', () => {
  const ledger = smallBank();
  const earlier = answerOf(ledger.transfer('acc_ana', 'acc_shop', 5n));
  const said = {
    metadata: { contrato: 'ç-42' },
    effectiveAt: Date.parse('2026-10-31T23:59:59.999Z'),
    followsTransactionId: earlier.transactionId,
  };
  const lines: PaperLine[] = [
    ['acc_ana', -100n],
    ['acc_shop', 70n],
    ['acc_card', 30n],
  ];
  const posting = answerOf(ledger.post(lines, scope('k'), said));
  expect(posting).toMatchObject({
    kind: 'POSTING',
    status: 'POSTED',
    amount: 100n,
    currency: 'BRL',
    debitAccountId: 'acc_ana',
    creditAccountId: '',
    template: '',
    lines: lines.map(([accountId, amount]) => ({ accountId, amount, currency: 'BRL', reversed: 0n })),
    ...said,
  });
  expect(ledger.records.at(-1)?.change).toMatchObject({
    entries: lines.map(([accountId, postedDelta]) => ({
      accountId,
      postedDelta,
      kind: 'POSTING',
      counterpartyAccountId: '',
      bookedAt: ledger.now,
    })),
  });
});

test('of two accounts, each line names the other', () => {
  const ledger = smallBank();
  const lines: PaperLine[] = [
    ['acc_ana', -100n],
    ['acc_shop', 90n],
    ['acc_shop', 10n],
  ];
  expect(answerOf(ledger.post(lines))).toMatchObject({ debitAccountId: 'acc_ana', creditAccountId: 'acc_shop' });
  expect(ledger.records.at(-1)?.change).toMatchObject({
    entries: [
      { counterpartyAccountId: 'acc_shop' },
      { counterpartyAccountId: 'acc_ana' },
      { counterpartyAccountId: 'acc_ana' },
    ],
  });
});

/** A bank that changes dollars, and gives points. */
function exchange(): PaperLedger {
  const ledger = smallBank();
  ledger.open('system:dollars', unboundedLimit, 'ASSET', 'USD');
  ledger.open('acc_dollars', 0n, 'LIABILITY', 'USD');
  ledger.open('system:points', unboundedLimit, 'EXPENSE', 'PONTOS/0');
  ledger.open('acc_points', 0n, 'LIABILITY', 'PONTOS/0');
  return ledger;
}

test('money is changed in one posting of several currencies, each of which sums to zero', () => {
  const ledger = exchange();
  const lines: PaperLine[] = [
    ['acc_ana', -55_000n],
    ['system:cash', 55_000n],
    ['system:dollars', -10_000n],
    ['acc_dollars', 10_000n],
    ['system:points', -3n],
    ['acc_points', 3n],
  ];
  expect(answerOf(ledger.post(lines))).toMatchObject({ amount: 55_000n, currency: 'BRL', debitAccountId: '' });
  expect(ledger.balance('acc_dollars')[0]).toBe(10_000n);
  expect(ledger.balance('acc_points')[0]).toBe(3n);
});

test('what sums to zero over all currencies but not in each is refused', () => {
  const lines: PaperLine[] = [
    ['acc_ana', -100n],
    ['acc_dollars', 100n],
  ];
  expect(exchange().post(lines)).toEqual({ kind: 'refused', refusal: 'not_balanced', about: 'BRL' });
});

test.each([
  [
    'lines that do not sum to zero',
    [
      ['acc_ana', -5n],
      ['acc_shop', 4n],
    ],
    'not_balanced',
    'BRL',
  ],
  ['no line', [], 'line_count_out_of_range', ''],
  ['one line', [['acc_ana', -5n]], 'line_count_out_of_range', ''],
  [
    'a line of zero',
    [
      ['acc_ana', 0n],
      ['acc_shop', 0n],
    ],
    'line_is_zero',
    'acc_ana',
  ],
  [
    'an unknown account',
    [
      ['acc_ana', -5n],
      ['acc_nobody', 5n],
    ],
    'account_not_found',
    'acc_nobody',
  ],
  [
    'the same account on both sides',
    [
      ['acc_ana', -5n],
      ['acc_ana', 5n],
    ],
    'same_account',
    'acc_ana',
  ],
  [
    'too little money',
    [
      ['acc_ana', -100_001n],
      ['acc_shop', 100_001n],
    ],
    'insufficient_funds',
    'acc_ana',
  ],
] as [string, PaperLine[], string, string][])(
  '%s is refused, and leaves nothing behind',
  (_what, lines, refusal, about) => {
    const ledger = smallBank();
    const before = [ledger.records.length, ledger.balance('acc_ana'), ledger.balance('acc_shop')];
    expect(ledger.post(lines, scope('k'))).toEqual({ kind: 'refused', refusal, about });
    expect([ledger.records.length, ledger.balance('acc_ana'), ledger.balance('acc_shop')]).toEqual(before);
    // Its key is free.
    const good: PaperLine[] = [
      ['acc_ana', -1n],
      ['acc_shop', 1n],
    ];
    expect(ledger.post(good, scope('k', 'another body'))).toMatchObject({ replayed: false });
  },
);

test('what follows must be there', () => {
  expect(smallBank().post(cent, scope('k'), { followsTransactionId: 't-unknown' })).toMatchObject({
    refusal: 'transaction_not_found',
    about: 't-unknown',
  });
});

test.each([
  [2, 'answered'],
  [50, 'answered'],
  [51, 'refused'],
])('a posting of %i lines is %s', (count, kind) => {
  const ledger = smallBank();
  const lines = Array.from({ length: count - 1 }, (): PaperLine => ['acc_ana', -1n]);
  expect(ledger.post([...lines, ['acc_shop', BigInt(count - 1)]]).kind).toBe(kind);
});

test('an account that gives and gets needs only the difference, also where it gives first', () => {
  const ledger = smallBank();
  const swap = (net: bigint): PaperLine[] => [
    ['acc_shop', -1_000n],
    ['acc_ana', 1_000n],
    ['acc_ana', -1_000n + net],
    ['acc_shop', 1_000n - net],
  ];
  expect(ledger.post(swap(1n))).toMatchObject({ refusal: 'insufficient_funds', about: 'acc_shop' });
  ledger.transfer('acc_ana', 'acc_shop', 1n);
  expect(ledger.post(swap(1n)).kind).toBe('answered');
  expect(ledger.balance('acc_shop')).toEqual([0n, 0n, 0n]);
});

test('a freeze looks at the difference too', () => {
  const ledger = smallBank();
  const trade = (anaGets: bigint): PaperLine[] => [
    ['acc_ana', -10n],
    ['system:cash', 10n - anaGets],
    ['acc_ana', anaGets],
  ];
  ledger.change('acc_ana', { status: 'FROZEN' });
  expect(ledger.post(trade(9n))).toMatchObject({ refusal: 'account_frozen' });
  expect(ledger.post(trade(11n)).kind).toBe('answered');
  ledger.change('acc_ana', { status: 'FROZEN_FOR_CREDIT' });
  expect(ledger.post(trade(11n))).toMatchObject({ refusal: 'account_frozen_for_credit' });
  expect(ledger.post(trade(9n)).kind).toBe('answered');
  ledger.change('acc_ana', { status: 'FROZEN_FOR_ALL' });
  expect(ledger.post(trade(9n))).toMatchObject({ refusal: 'account_frozen' });
  expect(ledger.post(trade(11n))).toMatchObject({ refusal: 'account_frozen_for_credit' });
});

test('a closed account takes no line, not even lines that leave it at nothing', () => {
  const ledger = smallBank();
  ledger.change('acc_shop', { status: 'CLOSED' });
  const lines: PaperLine[] = [
    ['acc_shop', 1n],
    ['acc_shop', -1n],
    ['acc_ana', -1n],
    ['acc_card', 1n],
  ];
  expect(ledger.post(lines)).toEqual({ kind: 'refused', refusal: 'account_closed', about: 'acc_shop' });
});

test('what is held cannot be posted away', () => {
  const ledger = smallBank();
  answerOf(ledger.hold('acc_ana', 'acc_shop', 60_000n));
  const lines: PaperLine[] = [
    ['acc_ana', -40_001n],
    ['acc_shop', 40_001n],
  ];
  expect(ledger.post(lines)).toMatchObject({ refusal: 'insufficient_funds' });
  expect(answerOf(ledger.authorize(purchase('p', 1n))).status).toBe('AUTHORIZED');
});

const most = 2n ** 63n - 1n;
const largest = 4_000_000_000_000_000_000n;

test.each([
  [
    'as far as 64 bits go',
    [
      ['acc_ana', -most],
      ['acc_shop', most],
    ],
    'balance_too_large',
  ],
  [
    'beyond them by their sum',
    [
      ['system:cash', -largest],
      ['acc_shop', largest],
      ['acc_shop', largest],
      ['system:cash', -largest],
    ],
    'balance_too_large',
  ],
  [
    'in 38 digits of sums',
    Array.from({ length: 50 }, (_, at): PaperLine => ['acc_ana', at % 2 ? most : -most]),
    'balance_too_large',
  ],
  [
    'as far as balances go',
    [
      ['system:cash', -largest + 100_000n],
      ['acc_shop', largest - 100_000n],
    ],
    undefined,
  ],
  [
    'a cent further',
    [
      ['system:cash', -largest + 99_999n],
      ['acc_shop', largest - 99_999n],
    ],
    'balance_too_large',
  ],
] as [string, PaperLine[], string | undefined][])('lines %s fit or are refused', (_what, lines, refusal) => {
  expect(smallBank().post(lines)).toMatchObject(refusal ? { refusal } : { kind: 'answered' });
});

test('an amount that 64 bits do not hold is refused, though every balance fits', () => {
  const ledger = smallBank();
  const lines: PaperLine[] = [];
  for (const at of [1, 2]) {
    ledger.open(`system:${at}`, unboundedLimit, 'ASSET');
    ledger.open(`acc_${at}`);
    lines.push([`system:${at}`, -largest], [`acc_${at}`, largest]);
  }
  expect(ledger.post(lines.slice(0, 2)).kind).toBe('answered');
  expect(ledger.post([...lines.slice(2), ['acc_ana', -1n], ['acc_shop', 1n]])).toMatchObject({
    refusal: 'balance_too_large',
  });
});

test('the same key answers the first posting again, and with another body is refused', () => {
  const ledger = smallBank();
  const lines = cent;
  const first = ledger.post(lines, scope('k'));
  expect(ledger.post(lines, scope('k'))).toEqual({ ...first, replayed: true });
  expect(ledger.post(lines, scope('k', 'another body'))).toMatchObject({ refusal: 'idempotency_key_reused' });
  expect(ledger.balance('acc_shop')[0]).toBe(1n);
});
