import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import {
  AccountStatus,
  PostByTemplateRequest,
  PostRequest,
  TransactionKind,
  TransactionStatus,
  Write,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { shardOf } from '@ipe/ledger/shard-of';
import { call } from '@ipe/service-kit/grpc-client';
import { startFakeCards } from './fake-cards.ts';
import {
  accountAt,
  ana,
  balancesOf,
  bia,
  caio,
  duda,
  people,
  postedOf,
  sent,
  shards,
  untilDrained,
} from './four-shards.ts';
import {
  Bank,
  type Environment,
  elsewhere,
  environment,
  makeTopics,
  purchaseRequest,
  startHere,
} from './service-under-test.ts';

describe('one replica of a ledger of four shards', () => {
  let cards: Awaited<ReturnType<typeof startFakeCards>>;
  let env: Environment;
  let service: Awaited<ReturnType<typeof startHere>>;
  let bank: Bank;

  beforeAll(async () => {
    cards = await startFakeCards();
    env = await environment(cards.address, { SHARDS: `${shards}` });
    await makeTopics(env);
    service = await startHere(env);
    bank = new Bank(env);
    for (const accountId of people) await bank.open(accountId);
    for (const accountId of people) {
      await bank.transfer(`fund-${accountId}`, {
        fromAccountId: 'system:cash',
        toAccountId: accountId,
        amountCents: 100_000n,
      });
    }
    await untilDrained(bank);
  });

  afterAll(async () => {
    bank.close();
    await service.stop();
    await cards.stop();
  });

  test('a transfer to an account of another shard is answered when it is paid, and arrives once', async () => {
    const [before] = await Promise.all([postedOf(bank, [ana, bia])]);
    const { transaction } = await bank.transfer('t1', sent('t1', ana, bia, 700n));
    expect(transaction).toMatchObject({ status: TransactionStatus.TRANSACTION_STATUS_POSTED, amountCents: 700n });
    expect(await bank.transfer('t1', sent('t1', ana, bia, 700n))).toEqual({ transaction, replayed: true });
    await untilDrained(bank);
    expect(await postedOf(bank, [ana, bia])).toEqual([(before?.[0] ?? 0n) - 700n, (before?.[1] ?? 0n) + 700n]);
    const { transactionId = '' } = transaction ?? {};
    const read = await call(bank.client, bank.client.getTransaction, { transactionId }, 5_000);
    expect(read.transaction).toEqual(transaction);
    const found = await call(bank.client, bank.client.findTransaction, { caller: 'test', idempotencyKey: 't1' }, 5_000);
    expect(found.transaction).toEqual(transaction);
  });

  test('what the other shard knows of an account is asked before: refusals are the same as within a shard', async () => {
    const nobody = accountAt(2, 'nobody');
    const to = (key: string, toAccountId: string) => bank.transfer(key, sent(key, ana, toAccountId, 1n));
    await expect(to('r1', nobody)).rejects.toMatchObject({ reason: 'account_not_found', metadata: { id: nobody } });
    const closed = accountAt(3, 'closed');
    await bank.open(closed);
    await call(
      bank.client,
      bank.client.changeAccount,
      {
        caller: 'test',
        idempotencyKey: 'close',
        accountId: closed,
        status: AccountStatus.ACCOUNT_STATUS_CLOSED,
        limitCents: undefined,
      },
      5_000,
    );
    await expect(to('r2', closed)).rejects.toMatchObject({ reason: 'account_closed', metadata: { id: closed } });
    await expect(bank.transfer('r3', sent('r3', ana, duda, 99_999_999n))).rejects.toMatchObject({
      reason: 'insufficient_funds',
    });
    await expect(
      bank.transfer('r4', { ...sent('r4', ana, bia, 1n), followsTransactionId: 't02000000001000' }),
    ).rejects.toMatchObject({ reason: 'transaction_not_found' });
  });

  test('a purchase is held where the card is, captured at the shop, and given back only while the shop has it', async () => {
    await bank.open('acc_card', 50_000n);
    await bank.open('acc_shop');
    expect(shardOf('acc_card', shards)).not.toBe(shardOf('acc_shop', shards));
    const { transaction } = await bank.authorize('p1');
    expect(transaction).toMatchObject({ status: TransactionStatus.TRANSACTION_STATUS_AUTHORIZED, heldCents: 10_000n });
    expect(await bank.authorize('p1')).toMatchObject({ replayed: true, transaction });
    const { transactionId = '' } = transaction ?? {};
    const about = (idempotencyKey: string, amountCents: bigint) => ({
      caller: 'test',
      idempotencyKey,
      transactionId,
      amountCents,
    });
    const { client } = bank;
    await call(client, client.capture, { ...about('c1', 6_000n), final: false }, 5_000);
    await untilDrained(bank);
    expect(await postedOf(bank, ['acc_card', 'acc_shop'])).toEqual([-6_000n, 6_000n]);
    // The shop spends what it got: a refund of all of it cannot be set aside there.
    await bank.transfer('spend', sent('spend', 'acc_shop', ana, 5_000n));
    await untilDrained(bank);
    await expect(call(client, client.refund, about('f1', 6_000n), 5_000)).rejects.toMatchObject({
      reason: 'insufficient_funds',
      metadata: { id: 'acc_shop' },
    });
    const refunded = await call(client, client.refund, about('f2', 1_000n), 5_000);
    expect(refunded.transaction).toMatchObject({ refundedCents: 1_000n, capturedCents: 6_000n });
    expect(await call(client, client.refund, about('f2', 1_000n), 5_000)).toEqual({ ...refunded, replayed: true });
    await untilDrained(bank);
    expect(await postedOf(bank, ['acc_card', 'acc_shop'])).toEqual([-5_000n, 0n]);
    expect((await bank.balance('acc_shop')).heldCents).toBe(0n);
    const [reservationId = ''] = refunded.transaction?.reservationIds ?? [];
    const reservation = await call(client, client.getTransaction, { transactionId: reservationId }, 5_000);
    expect(reservation.transaction).toMatchObject({
      kind: TransactionKind.TRANSACTION_KIND_RESERVATION,
      status: TransactionStatus.TRANSACTION_STATUS_CAPTURED,
      heldCents: 0n,
    });
    await call(client, client.void, { caller: 'test', idempotencyKey: 'v1', transactionId }, 5_000);
    expect((await bank.balance('acc_card')).heldCents).toBe(0n);
  });

  test('an authorisation that is called off before it arrives is declined, wherever its card is kept', async () => {
    const { client } = bank;
    const request = { caller: 'test', authorizationKey: 'late' };
    expect(await call(client, client.cancelAuthorization, request, 5_000)).toEqual({ transaction: undefined });
    const { transaction } = await bank.authorize('late');
    expect(transaction).toMatchObject({ declineReason: 'cancelled_by_merchant' });
    const arrived = await bank.authorize('early', purchaseRequest('early', { amountCents: 100n }));
    const cancelled = await call(client, client.cancelAuthorization, { ...request, authorizationKey: 'early' }, 5_000);
    expect(cancelled.transaction).toMatchObject({
      transactionId: arrived.transaction?.transactionId,
      status: TransactionStatus.TRANSACTION_STATUS_VOIDED,
    });
  });

  test('a posting takes from several shards, all of it or nothing, and is reversed', async () => {
    const { client } = bank;
    const lines = (amounts: readonly bigint[]) =>
      people.map((accountId, at) => ({ accountId, amountCents: amounts[at] ?? 0n }));
    const posting = (idempotencyKey: string, amounts: readonly bigint[]) =>
      PostRequest.fromPartial({ caller: 'test', idempotencyKey, lines: lines(amounts), description: 'shared' });
    await untilDrained(bank);
    const before = await postedOf(bank, people);
    const moved = [-300n, -200n, -100n, 600n];
    const { transaction } = await call(client, client.post, posting('m1', moved), 5_000);
    expect(transaction?.reservationIds).toHaveLength(2);
    await untilDrained(bank);
    expect(await postedOf(bank, people)).toEqual(before.map((cents, at) => cents + (moved[at] ?? 0n)));
    await expect(
      call(client, client.post, posting('m2', [-1n, -1n, -99_999_999n, 100_000_001n]), 5_000),
    ).rejects.toMatchObject({
      reason: 'insufficient_funds',
      metadata: { id: caio },
    });
    const held = await balancesOf(bank, people);
    expect([...held.values()].map(({ heldCents }) => heldCents)).toEqual([0n, 0n, 0n, 0n]);
    const { transactionId = '' } = transaction ?? {};
    const reverse = {
      caller: 'test',
      idempotencyKey: 'm3',
      transactionId,
      reason: 'a mistake',
      amountCents: 0n,
      lines: [],
    };
    const reversal = await call(client, client.reverse, reverse, 5_000);
    expect(reversal.transaction).toMatchObject({ reversesTransactionId: transactionId });
    await untilDrained(bank);
    expect(await postedOf(bank, people)).toEqual(before);
  });

  test("a template's own accounts of the bank are those of the customer's shard", async () => {
    const { client } = bank;
    const before = await postedOf(bank, [duda, 'system:cash:3', 'system:in-transit:BRL:3']);
    const request = PostByTemplateRequest.fromPartial({
      caller: 'test',
      idempotencyKey: 'deposit',
      template: 'cash_deposit',
      accounts: { account: duda },
      amountsCents: { amount: 500n },
    });
    const { transaction } = await call(client, client.postByTemplate, request, 5_000);
    expect(transaction).toMatchObject({ debitAccountId: 'system:cash:3', creditAccountId: duda });
    const after = await postedOf(bank, [duda, 'system:cash:3', 'system:in-transit:BRL:3']);
    expect(after.map((cents, at) => cents - (before[at] ?? 0n))).toEqual([500n, -500n, 0n]);
  });

  test('many writes of all shards are answered each in its place; all or nothing is for one shard', async () => {
    const { client } = bank;
    const writes = people.flatMap((from, at) =>
      people.map((to, other) => Write.fromPartial({ transfer: sent(`bulk-${at}-${other}`, from, to, 10n) })),
    );
    const { results } = await call(client, client.bulk, { writes, allOrNothing: false }, 10_000);
    for (const [at, { transaction, failure }] of results.entries()) {
      const [from, to] = [people[Math.floor(at / shards)], people[at % shards]];
      if (from === to) expect(failure).toMatchObject({ reason: 'invalid_request' });
      else expect(transaction).toMatchObject({ debitAccountId: from, creditAccountId: to });
    }
    const together = async (to: string) => {
      const two = [Write.fromPartial({ transfer: sent(`both-${to}`, ana, to, 10n) })];
      return call(client, client.bulk, { writes: two, allOrNothing: true }, 5_000);
    };
    const across = await together(bia);
    expect(across).toMatchObject({
      done: false,
      results: [{ failure: { reason: 'several_shards', code: status.FAILED_PRECONDITION } }],
    });
    const neighbour = accountAt(0, 'neighbour');
    await bank.open(neighbour);
    expect(await together(neighbour)).toMatchObject({ done: true });

    const { transaction: elsewhere } = await bank.transfer('of-bia', sent('of-bia', bia, ana, 10n));
    const { transactionId = '' } = elsewhere ?? {};
    const reversal = { caller: 'test', idempotencyKey: 'back', transactionId, reason: 'mistake' };
    const both = [
      Write.fromPartial({ transfer: sent('both-first', ana, neighbour, 10n) }),
      Write.fromPartial({ reverse: reversal }),
    ];
    const mixed = await call(client, client.bulk, { writes: both, allOrNothing: true }, 5_000);
    expect(mixed.done).toBe(false);
    expect(mixed.results.at(1)?.failure).toMatchObject({ reason: 'several_shards' });
    await untilDrained(bank);
  });

  test('a dry run tells what accounts of both shards would have, and leaves them as they are', async () => {
    const { client } = bank;
    await untilDrained(bank);
    const before = await postedOf(bank, [ana, caio]);
    const write = Write.fromPartial({ transfer: sent('dry', ana, caio, 50n) });
    const { result, balances } = await call(client, client.dryRun, { write }, 5_000);
    expect(result?.transaction).toMatchObject({ amountCents: 50n });
    const told = new Map(balances.map(({ accountId, postedCents }) => [accountId, postedCents]));
    expect([told.get(ana), told.get(caio)]).toEqual([(before[0] ?? 0n) - 50n, (before[1] ?? 0n) + 50n]);
    expect(await postedOf(bank, [ana, caio])).toEqual(before);
  });

  test('a ledger that was begun with four shards is not touched by a process that was told of two', async () => {
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const other = { ...(await elsewhere(env)), SHARDS: '2' };
    const child = spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], ...other }, stdio: 'pipe' });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(1);
    expect(said).toContain('SHARDS is 2, and this ledger was begun with 4');
  });
});
