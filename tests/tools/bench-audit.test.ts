import { Audit } from '../../bench/check/audit.mjs';
import { itemBytes, transactionUnits } from '../../bench/check/write-units.mjs';

type Entry = {
  accountId: string;
  sequence: bigint;
  postedDeltaCents: bigint;
  heldDeltaCents: bigint;
  postedCents: bigint;
  heldCents: bigint;
  limitCents: bigint;
};

const entry = (accountId: string, sequence: number, delta: number, posted: number): Entry => ({
  accountId,
  sequence: BigInt(sequence),
  postedDeltaCents: BigInt(delta),
  heldDeltaCents: 0n,
  postedCents: BigInt(posted),
  heldCents: 0n,
  limitCents: 100n,
});
const transfer = (transactionId: string, ...entries: Entry[]) => ({
  transactionChange: { transactions: [{ transactionId, version: 1 }], entries },
});
const batch = (sequence: number, ...records: unknown[]) => ({ shard: 0, sequence: BigInt(sequence), records });

function audited(...batches: unknown[]) {
  const audit = new Audit();
  const expected = new Map([['t1.1', 0]]);
  for (const one of batches) audit.take(one as Parameters<Audit['take']>[0], 10, expected);
  return {
    audit,
    expected,
    broken: Object.entries(audit.invariants()).flatMap(([name, kept]) => (kept ? [] : [name])),
  };
}

const good = [
  batch(1, transfer('t1', entry('a', 1, -60, -60), entry('b', 1, 60, 60))),
  batch(2, transfer('t2', entry('b', 2, -10, 50), entry('a', 2, 10, -50))),
];

test('a journal in order keeps every invariant, and what was acknowledged is found once', () => {
  const { broken, expected, audit } = audited(...good);
  expect(broken).toEqual([]);
  expect(expected.get('t1.1')).toBe(1);
  expect(audit.seen).toEqual({ batches: 2, records: 2, bytes: 20, transactions: 2 });
});

test.each([
  ['money made of nothing', [batch(1, transfer('t1', entry('a', 1, 60, 60)))], 'entriesSumToZero'],
  [
    'more than there is',
    [batch(1, transfer('t1', entry('a', 1, -101, -101), entry('b', 1, 101, 101)))],
    'noneNegative',
  ],
  ['an entry that is missing', [good[0], batch(2, transfer('t2', entry('a', 3, 0, -60)))], 'sequencesGapFree'],
  ['a balance that does not follow', [batch(1, transfer('t1', entry('a', 1, 0, 5)))], 'entriesFollowBalances'],
  ['a batch that is missing', [good[0], batch(3)], 'batchesGapFree'],
])('%s is found', (_, batches, invariant) => {
  const { broken, audit } = audited(...batches);
  expect(broken).toContain(invariant);
  expect(typeof audit.firstBreach).toBe('string');
});

describe('between shards', () => {
  const of = (shard: number, ...records: unknown[]) => ({ shard, sequence: 1n, records });
  const remits = {
    transactionChange: {
      transactions: [{ transactionId: 't1', version: 1 }],
      entries: [entry('a', 1, -60, -60), entry('system:in-transit:BRL:0', 1, 60, 60)],
      remittances: [{ shard: 1, postings: [{ accountId: 'b', postedDeltaCents: 60n }] }],
    },
  };
  const delivers = (sequence: number, posted: number) => ({
    transactionChange: {
      transactions: [{ transactionId: `d${sequence}`, version: 1 }],
      delivered: [{ transactionId: 't1' }],
      entries: [
        { ...entry('b', sequence, 60, posted), transactionId: 't1' },
        entry('system:between-shards:BRL:1', sequence, -60, -posted),
      ],
    },
  });
  const receipt = transfer(
    'r1',
    entry('system:in-transit:BRL:0', 2, -60, 0),
    entry('system:between-shards:BRL:0', 1, 60, 60),
  );
  const brokenIn = (...batches: unknown[]) =>
    Object.entries(audited(...batches).audit.invariantsOfShards()).flatMap(([name, kept]) => (kept ? [] : [name]));

  test('what was remitted and has arrived leaves nothing behind, in whichever order journals are read', () => {
    const [giver, receiver] = [of(0, remits, receipt), of(1, delivers(1, 60))];
    expect(brokenIn(giver, receiver)).toEqual([]);
    expect(brokenIn(receiver, giver)).toEqual([]);
  });

  test.each([
    ['never', [of(0, remits), of(1)], ['eachRemittanceArrivedOnce', 'nothingInTransit']],
    [
      'twice',
      [of(0, remits, receipt), of(1, delivers(1, 60), delivers(2, 120))],
      ['eachRemittanceArrivedOnce', 'betweenShardsSumsToZero'],
    ],
  ])('what arrives %s is found', (_, batches, invariants) => {
    expect(brokenIn(...batches)).toEqual(invariants);
  });
});

test('a transaction that is there twice is counted twice', () => {
  const { expected } = audited(good[0], batch(2, transfer('t1', entry('a', 2, 0, -60))));
  expect(expected.get('t1.1')).toBe(2);
});

test('an item counts its names and values, and a transaction two units for each started kilobyte', () => {
  expect(itemBytes({ pk: { S: 'açaí' }, n: { N: '-123.45' }, b: { B: Buffer.alloc(10).toString('base64') } })).toBe(
    2 + 6 + 1 + 4 + 1 + 10,
  );
  const put = (size: number) => ({ Put: { Item: { pk: { S: 'x'.repeat(size - 2) } } } });
  expect(transactionUnits([put(1024), { Update: {} }])).toBe(4);
  expect(transactionUnits([put(1025)])).toBe(4);
});
