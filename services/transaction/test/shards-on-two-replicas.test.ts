import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Transaction } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { eventually } from '@ipe/testing/eventually';
import { startFakeCards } from './fake-cards.ts';
import { people, postedOf, sent, shards, untilDrained } from './four-shards.ts';
import {
  type Environment,
  elsewhere,
  end,
  environment,
  makeTopics,
  type Replica,
  spawnService,
  startReplica,
} from './service-under-test.ts';

describe('two replicas of a ledger of four shards', () => {
  let cards: Awaited<ReturnType<typeof startFakeCards>>;
  let one: Replica;
  let other: Replica;

  /** How many shards a replica leads, by what it says of itself. */
  async function ledBy({ env }: Replica): Promise<number> {
    const metrics = await (await fetch(`http://${env['HTTP_ADDRESS']}/metrics`)).text();
    return Number(/^ledger_shards_led (\d+)$/m.exec(metrics)?.[1]);
  }

  beforeAll(async () => {
    cards = await startFakeCards();
    const env = await environment(cards.address, { SHARDS: `${shards}` });
    await makeTopics(env);
    one = await startReplica(env);
    other = await startReplica(await elsewhere(env));
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
