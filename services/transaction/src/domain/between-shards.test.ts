import { cents } from '@ipe/money/cents';
import { answerOf, PaperLedger, scope } from '../../test/paper-ledger.ts';
import { type Account, largestBalance } from './account.ts';
import { type Delivery, decideDelivery, decideReceipt, sumsOf } from './decide-delivery.ts';
import { decidePost } from './decide-post.ts';
import { decideCallOff, decideRelease, decideReserve, isReservationCalledOff } from './decide-reservation.ts';
import { decideTransfer } from './decide-transfer.ts';
import { fullTransitAccount, unreserved, withElsewhere } from './elsewhere.ts';
import type { ForeignAccount } from './foreign-account.ts';
import { transitAccountId, transitAccounts } from './transit-accounts.ts';

// Two shards on paper: Ana banks at shard 0, Bia at shard 1. What the courier does is done by hand.

function shardOnPaper(shard: number, accountId: string): PaperLedger {
  const ledger = new PaperLedger(shard);
  for (const account of ['in-transit', 'between-shards', 'unclaimed'] as const) {
    const { accountClass, limit } = transitAccounts[account];
    ledger.open(transitAccountId(account, 'BRL', shard), limit, accountClass);
  }
  ledger.open(`cash_${shard}`, 1_000_000n, 'ASSET');
  ledger.open(accountId);
  ledger.transfer(`cash_${shard}`, accountId, 1_000n);
  return ledger;
}

function twoShards() {
  return { home: shardOnPaper(0, 'acc_ana'), other: shardOnPaper(1, 'acc_bia') };
}

function posted(ledger: PaperLedger, accountId: string): bigint {
  return ledger.state.accounts.get(accountId)?.posted ?? 0n;
}

function pots(ledger: PaperLedger, shard: number) {
  const of = (account: 'in-transit' | 'between-shards' | 'unclaimed') =>
    posted(ledger, transitAccountId(account, 'BRL', shard));
  return { inTransit: of('in-transit'), between: of('between-shards'), unclaimed: of('unclaimed') };
}

function elsewhere(ledger: PaperLedger, accountId: string, changes: Partial<Account> = {}, reservationId = '') {
  const account = ledger.state.accounts.get(accountId);
  if (!account) throw new Error(`no ${accountId}`);
  const foreign: ForeignAccount = { shard: 1, account: { ...account, ...changes }, reservationId };
  return { home: 0, accounts: new Map([[accountId, foreign]]), transactionIds: new Set<string>() };
}

function transferToBia(home: PaperLedger, other: PaperLedger, amount: bigint) {
  const command = {
    idempotency: scope(`to-bia-${amount}`),
    fromAccountId: 'acc_ana',
    toAccountId: 'acc_bia',
    amount: cents(amount),
    currency: 'BRL',
    description: 'almoço',
  };
  return home.decide((state, moment) =>
    decideTransfer(withElsewhere(state, elsewhere(other, 'acc_bia')), command, moment),
  );
}

/** What the last record of a shard remits to the other. */
function remitted({ records }: PaperLedger): Delivery {
  const change = records.at(-1)?.change;
  if (change?.kind !== 'transaction') throw new Error('nothing was remitted');
  const items = change.remittances.map((remittance) => ({ transaction: change.transactions[0], ...remittance }));
  return { from: 0, to: 1, sequence: records.length, part: 0, items };
}

function deliver(other: PaperLedger, delivery: Delivery) {
  return other.decide((state, moment) => decideDelivery(state, delivery, moment));
}

function receive(home: PaperLedger, delivery: Delivery) {
  return home.decide((state, moment) => decideReceipt(state, delivery, sumsOf(delivery.items), moment));
}

test('a transfer is paid at home and in transit, then delivered, then no more in transit', () => {
  const { home, other } = twoShards();
  const transfer = answerOf(transferToBia(home, other, 300n));
  expect(transfer).toMatchObject({ status: 'POSTED', debitAccountId: 'acc_ana', creditAccountId: 'acc_bia' });
  expect([posted(home, 'acc_ana'), pots(home, 0).inTransit]).toEqual([700n, 300n]);

  const delivery = remitted(home);
  deliver(other, delivery);
  expect([posted(other, 'acc_bia'), pots(other, 1).between]).toEqual([1_300n, -300n]);
  const change = other.records.at(-1)?.change;
  const entry = change?.kind === 'transaction' && change.entries[0];
  expect(entry).toMatchObject({ kind: 'TRANSFER', transactionId: transfer.transactionId, accountId: 'acc_bia' });

  receive(home, delivery);
  expect(pots(home, 0)).toEqual({ inTransit: 0n, between: 300n, unclaimed: 0n });
});

test('no more is owed between the home and others than half its part of the largest balance, but less always may be', () => {
  const { home, other } = twoShards();
  const part = largestBalance / 4n;
  const seen = elsewhere(other, 'acc_bia');
  const to = (posted: bigint) => {
    const line = { accountId: 'acc_bia', counterpartyAccountId: '', kind: 'TRANSFER', currency: 'BRL' } as const;
    const remittance = { shard: 1, postings: [{ ...line, posted: cents(posted) }], reservationIds: [] };
    return fullTransitAccount(home.state, seen, [remittance], 2);
  };
  expect(to(part)).toBeUndefined();
  expect(to(part + 1n)).toBe('system:in-transit:BRL:0');
  expect([to(-part), to(-part - 1n)]).toEqual([undefined, 'system:in-transit:BRL:0']);
  transferToBia(home, other, 300n);
  // In transit or delivered, it is owed.
  for (const step of [() => deliver(other, remitted(home)), () => receive(home, remitted(home))]) {
    expect([to(part - 300n), to(part - 299n)]).toEqual([undefined, 'system:in-transit:BRL:0']);
    step();
  }
  const before = home.state.accounts.get('system:between-shards:BRL:0');
  if (!before) throw new Error('no such account');
  home.state.accounts.set(before.accountId, { ...before, posted: cents(part + 5n) });
  expect([to(1n), to(-1n)]).toEqual(['system:in-transit:BRL:0', undefined]);
});

test('a delivery and a receipt that come again change nothing', () => {
  const { home, other } = twoShards();
  transferToBia(home, other, 300n);
  const delivery = remitted(home);
  const [first, receipt] = [answerOf(deliver(other, delivery)), answerOf(receive(home, delivery))];
  const lengths = [home.records.length, other.records.length];
  expect(deliver(other, delivery)).toEqual({ kind: 'answered', answer: first, replayed: true });
  expect(receive(home, delivery)).toEqual({ kind: 'answered', answer: receipt, replayed: true });
  expect([home.records.length, other.records.length]).toEqual(lengths);
});

test.each(['FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL'] as const)(
  'money for an account that was set to %s while it was on its way is unclaimed, and nobody else has it',
  (accountStatus) => {
    const { home, other } = twoShards();
    transferToBia(home, other, 300n);
    other.change('acc_bia', { status: accountStatus });
    deliver(other, remitted(home));
    expect(posted(other, 'acc_bia')).toBe(1_000n);
    expect(pots(other, 1)).toEqual({ inTransit: 0n, between: -300n, unclaimed: 300n });
  },
);

test('money for an account that was closed meanwhile is unclaimed', () => {
  const { home, other } = twoShards();
  transferToBia(home, other, 300n);
  other.transfer('acc_bia', 'cash_1', 1_000n);
  other.change('acc_bia', { status: 'CLOSED' });
  deliver(other, remitted(home));
  expect(pots(other, 1).unclaimed).toBe(300n);
});

function reserve(other: PaperLedger, amount: bigint, key = 'take') {
  const reservedFor = { home: 0, caller: 'shop', key };
  const command = { accountId: 'acc_bia', amount: cents(amount), currency: 'BRL', reservedFor };
  return other.decide((state, moment) => decideReserve(state, command, moment));
}

function takeFromBia(home: PaperLedger, other: PaperLedger, amount: bigint, reservationId: string) {
  const reserved = { posted: cents(amount), held: cents(0n), limit: cents(0n) };
  const known = elsewhere(other, 'acc_bia', reserved, reservationId);
  const lines = [
    { accountId: 'acc_bia', amount: cents(-amount) },
    { accountId: 'acc_ana', amount: cents(amount) },
  ];
  const command = { idempotency: scope('take'), lines, description: 'rateio' };
  return home.decide((state, moment) => decidePost(withElsewhere(state, known), command, moment));
}

test('what is taken at another shard is set aside there first, and the delivery ends that', () => {
  const { home, other } = twoShards();
  const reservation = answerOf(reserve(other, 400n));
  expect(other.state.accounts.get('acc_bia')).toMatchObject({ posted: 1_000n, held: 400n });
  expect([...other.state.openReservations]).toEqual([reservation.transactionId]);

  const posting = answerOf(takeFromBia(home, other, 400n, reservation.transactionId));
  expect(posting.reservationIds).toEqual([reservation.transactionId]);
  expect([posted(home, 'acc_ana'), pots(home, 0).inTransit]).toEqual([1_400n, -400n]);

  const delivery = remitted(home);
  deliver(other, delivery);
  expect(other.state.accounts.get('acc_bia')).toMatchObject({ posted: 600n, held: 0n });
  expect(other.state.transactions.get(reservation.transactionId)).toMatchObject({ status: 'CAPTURED', held: 0n });
  expect(other.state.openReservations.size).toBe(0);
  receive(home, delivery);
  expect(pots(home, 0).inTransit).toBe(0n);
  expect(pots(home, 0).between + pots(other, 1).between).toBe(0n);
});

test("an account's lines stay together: one that may not receive still gives, and no more than is reserved", () => {
  const { home, other } = twoShards();
  other.change('acc_bia', { status: 'FROZEN_FOR_CREDIT' });
  other.transfer('acc_bia', 'cash_1', 900n);
  const reservation = answerOf(reserve(other, 70n));
  takeFromBia(home, other, 70n, reservation.transactionId);
  const delivery = remitted(home);
  const [item] = delivery.items;
  const [line] = item?.postings ?? [];
  if (!item || !line) throw new Error('there is one');
  const both = [
    { ...line, posted: cents(-100n) },
    { ...line, posted: cents(30n) },
  ];
  deliver(other, { ...delivery, items: [{ ...item, postings: both }] });
  expect(other.state.accounts.get('acc_bia')).toMatchObject({ posted: 30n, held: 0n });
  expect(pots(other, 1).unclaimed).toBe(0n);
});

test('no more is set aside than there is; and what nobody named is free again, once', () => {
  const { other } = twoShards();
  expect(reserve(other, 1_001n)).toMatchObject({ refusal: 'insufficient_funds', about: 'acc_bia' });
  const { transactionId } = answerOf(reserve(other, 1_000n));
  expect(reserve(other, 1n)).toMatchObject({ refusal: 'insufficient_funds' });
  const release = () => other.decide((state, moment) => decideRelease(state, transactionId, moment));
  expect(release()).toMatchObject({ replayed: false, answer: { status: 'VOIDED', held: 0n } });
  expect(release()).toMatchObject({ replayed: true });
  expect(other.state.accounts.get('acc_bia')).toMatchObject({ posted: 1_000n, held: 0n });
});

test('a reservation is no hold: nobody captures, voids, refunds or reverses it', () => {
  const { other } = twoShards();
  const { transactionId } = answerOf(reserve(other, 10n));
  expect(other.capture(transactionId, 1n, false)).toMatchObject({ refusal: 'not_a_purchase' });
  expect(other.void(transactionId)).toMatchObject({ refusal: 'not_a_purchase' });
  expect(other.refund(transactionId, 1n)).toMatchObject({ refusal: 'not_a_purchase' });
  expect(other.reverse(transactionId)).toMatchObject({ refusal: 'not_a_transfer' });
});

test('the home says whether a reservation was named, and when not, keeps to it', () => {
  const { home, other } = twoShards();
  const [named, unnamed] = [answerOf(reserve(other, 400n)), answerOf(reserve(other, 100n))];
  takeFromBia(home, other, 400n, named.transactionId);
  const callOff = (reservationId: string) =>
    home.decide((state, moment) =>
      decideCallOff(state, reservationId, { home: 0, caller: 'shop', key: 'take' }, moment),
    );
  expect(callOff(named.transactionId)).toMatchObject({ answer: 'named' });
  expect(callOff(unnamed.transactionId)).toMatchObject({ answer: 'called_off', replayed: false });
  expect(callOff(unnamed.transactionId)).toMatchObject({ answer: 'called_off', replayed: true });
  expect(isReservationCalledOff(home.state, unnamed.transactionId)).toBe(true);
  expect(isReservationCalledOff(home.state, named.transactionId)).toBe(false);
});

test('more than is reserved lacks, however much the account has', () => {
  const { other } = twoShards();
  const remittance = (amount: bigint) => [
    {
      shard: 1,
      postings: [
        { accountId: 'acc_bia', counterpartyAccountId: '', kind: 'POSTING', posted: cents(-amount), currency: 'BRL' },
      ] as const,
      reservationIds: [],
    },
  ];
  const free = elsewhere(other, 'acc_bia');
  expect([...unreserved(free, remittance(1n))]).toEqual([['acc_bia', 1n]]);
  const reserved = elsewhere(other, 'acc_bia', { posted: cents(5n) }, 't01000000001000');
  expect([...unreserved(reserved, remittance(5n))]).toEqual([]);
  expect([...unreserved(reserved, remittance(6n))]).toEqual([['acc_bia', 6n]]);
  expect([...unreserved(free, remittance(-9n))]).toEqual([]);
});
