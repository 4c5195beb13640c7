import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import {
  AccountStatus,
  GetBalancesRequest,
  PostByTemplateRequest,
  PostRequest,
  type Transaction,
  TransactionKind,
  TransactionStatus,
  Write,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { shardOf } from '@ipe/ledger/shard-of';
import { call } from '@ipe/service-kit/grpc-client';
import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import { startFakeCards } from './fake-cards.ts';
import {
  Bank,
  type Environment,
  end,
  environment,
  makeTopics,
  purchaseRequest,
  spawnService,
  startHere,
  transferRequest,
} from './service-under-test.ts';

// A ledger of four shards, against the real engines.

const shards = 4;
const everyShard = Array.from({ length: shards }, (_, shard) => shard);

/** An account's id of each shard. */
function accountAt(shard: number, name = 'acc'): string {
  for (let number = 0; ; number++) {
    const accountId = `${name}_${number}`;
    if (shardOf(accountId, shards) === shard) return accountId;
  }
}

const people = everyShard.map((shard) => accountAt(shard));
const [ana = '', bia = '', caio = '', duda = ''] = people;
const pots = everyShard.flatMap((shard) =>
  ['in-transit', 'between-shards', 'unclaimed'].map((pot) => `system:${pot}:BRL:${shard}`),
);

async function balancesOf(bank: Bank, accountIds: readonly string[]) {
  const request = GetBalancesRequest.fromPartial({ accountIds: [...accountIds] });
  const { balances } = await call(bank.client, bank.client.getBalances, request, 5_000);
  return new Map(balances.map((balance) => [balance.accountId, balance]));
}

async function postedOf(bank: Bank, accountIds: readonly string[]): Promise<bigint[]> {
  const balances = await balancesOf(bank, accountIds);
  return accountIds.map((accountId) => balances.get(accountId)?.postedCents ?? 0n);
}

/** Nothing is on its way any more, and what shards owe each other cancels out. */
async function untilDrained(bank: Bank): Promise<void> {
  await eventually(
    async () => {
      const posted = new Map((await balancesOf(bank, pots)).entries());
      const of = (pot: string) =>
        everyShard.map((shard) => posted.get(`system:${pot}:BRL:${shard}`)?.postedCents ?? 0n);
      expect(of('in-transit')).toEqual([0n, 0n, 0n, 0n]);
      expect(of('between-shards').reduce((sum, one) => sum + one, 0n)).toBe(0n);
    },
    { timeoutMs: 20_000 },
  );
}

function sent(idempotencyKey: string, fromAccountId: string, toAccountId: string, amountCents: bigint) {
  return transferRequest(idempotencyKey, { fromAccountId, toAccountId, amountCents });
}

describe('one replica', () => {
  let cards: Awaited<ReturnType<typeof startFakeCards>>;
  let env: Environment;
  let service: Awaited<ReturnType<typeof startHere>>;
  let bank: Bank;

  beforeAll(async () => {
    cards = await startFakeCards();
    env = await environment(cards.address, { SHARDS: '4' });
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
    const [http, grpc] = [await freePort(), await freePort()];
    const other = { ...env, SHARDS: '2', HTTP_ADDRESS: `127.0.0.1:${http}`, GRPC_ADDRESS: `127.0.0.1:${grpc}` };
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

describe('two replicas', () => {
  type Replica = { env: Environment; process: ChildProcess; bank: Bank };
  let cards: Awaited<ReturnType<typeof startFakeCards>>;
  let one: Replica;
  let other: Replica;

  async function start(env: Environment): Promise<Replica> {
    return { env, process: await spawnService(env), bank: new Bank(env) };
  }

  /** How many shards a replica leads, by what it says of itself. */
  async function ledBy({ env }: Replica): Promise<number> {
    const metrics = await (await fetch(`http://${env['HTTP_ADDRESS']}/metrics`)).text();
    return Number(/^ledger_shards_led (\d+)$/m.exec(metrics)?.[1]);
  }

  beforeAll(async () => {
    cards = await startFakeCards();
    const env = await environment(cards.address, { SHARDS: '4' });
    await makeTopics(env);
    one = await start(env);
    const [http, grpc] = [await freePort(), await freePort()];
    other = await start({ ...env, HTTP_ADDRESS: `127.0.0.1:${http}`, GRPC_ADDRESS: `127.0.0.1:${grpc}` });
  });

  afterAll(async () => {
    for (const { bank, process } of [one, other]) {
      bank.close();
      await end(process, 'SIGKILL');
    }
    await cards.stop();
  });

  test('lead two shards each, and whoever is killed amid transfers across them loses and doubles nothing', async () => {
    await eventually(async () => expect([await ledBy(one), await ledBy(other)]).toEqual([2, 2]), { timeoutMs: 30_000 });
    for (const accountId of people) {
      await one.bank.open(accountId);
      const funding = sent(`fund-${accountId}`, 'system:cash', accountId, 100_000n);
      await other.bank.transfer(`fund-${accountId}`, funding);
    }
    await untilDrained(one.bank);
    const transfers = Array.from({ length: 240 }, (_, number) => {
      const [from = '', to = ''] = [people[number % 4], people[(number + 1 + (number % 3)) % 4]];
      return sent(`x${number}`, from, to, BigInt(1 + (number % 7)));
    });
    let next = 0;
    const transactions = new Map<string, Transaction | undefined>();
    const worker = async () => {
      for (let at = next++; at < transfers.length; at = next++) {
        const transfer = transfers[at];
        if (!transfer) return;
        if (at === 80) one.process.kill('SIGKILL');
        const asked = async () => {
          const { bank } = Math.random() < 0.5 && at < 80 ? one : other;
          return call(bank.client, bank.client.transfer, transfer, 3_000);
        };
        const { transaction } = await eventually(asked, { timeoutMs: 30_000 });
        transactions.set(transfer.idempotencyKey, transaction);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(transactions.size).toBe(transfers.length);
    await untilDrained(other.bank);
    const expected = new Map(people.map((accountId) => [accountId, 100_000n]));
    for (const { fromAccountId, toAccountId, amountCents } of transfers) {
      expected.set(fromAccountId, (expected.get(fromAccountId) ?? 0n) - amountCents);
      expected.set(toAccountId, (expected.get(toAccountId) ?? 0n) + amountCents);
    }
    expect(await postedOf(other.bank, people)).toEqual(people.map((accountId) => expected.get(accountId)));
    for (const transfer of transfers.slice(0, 40)) {
      const again = await call(other.bank.client, other.bank.client.transfer, transfer, 3_000);
      expect(again).toEqual({ transaction: transactions.get(transfer.idempotencyKey), replayed: true });
    }
    // The dead one comes back, and is given its share.
    one.process = await spawnService(one.env);
    await eventually(async () => expect([await ledBy(one), await ledBy(other)]).toEqual([2, 2]), { timeoutMs: 30_000 });
    const { code, printed } = await verified(other.env);
    expect(printed).toContain('right:');
    expect(printed).toContain('cancels out, and nothing is under way');
    expect(code).toBe(0);
  }, 120_000);

  async function verified(env: Environment): Promise<{ code: number | null; printed: string }> {
    const cli = fileURLToPath(new URL('../dist/ledger-cli.js', import.meta.url));
    const folder = mkdtempSync(join(tmpdir(), 'ipe-verify-'));
    const options = ['verify', '--projections', 'none', '--rate', 'unbounded', '--progress', folder];
    const child = spawn(process.execPath, [cli, ...options], { env: { PATH: process.env['PATH'], ...env } });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    rmSync(folder, { recursive: true });
    return { code, printed };
  }
});
