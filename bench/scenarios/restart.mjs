import { setTimeout as wait } from 'node:timers/promises';
import { TransferRequest } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { figure, goal } from '../figures.mjs';
import { fill } from '../fixture/fill.mjs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { RawLedger, transferRequest } from '../load/ledger-calls.mjs';
import { checkLedger } from './turns.mjs';

export const about = 'until a large ledger serves again after kill -9, and what callers see when its leader goes';

const ratePerSecond = 200;
const deadlineMs = 10_000;

/** Restarts of a lone replica; then two replicas, of which the leader is killed (SIGKILL) or told to end (SIGTERM). */
export function run(options) {
  const { quick, large } = options;
  const { accounts, transfers } = large;
  return withWorkbench({ ...options, accounts }, async (bench) => {
    const first = await bench.ledger({ name: 'one', tablePrefix: 'ledger-' });
    await bench.openAccounts(first.address, accounts);
    await fill(bench, first.address, { accounts, transfers });
    const rounds = [];
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      rounds.push({ round, ...(await restart(first, `restart-${round}`)) });
    }

    const second = await bench.replica('transaction', 'two', await bench.ledgerEnv('ledger-'));
    await join(second, quick);
    const generator = await bench.generator('retrying', {
      addresses: [first.address, second.address],
      deadlineMs,
      accounts,
      workload: 'uniform',
    });
    const files = [];
    for (const signal of ['SIGKILL', 'SIGTERM']) {
      for (let round = 1; round <= bench.options.rounds; round += 1) {
        const pressed = generator.press({ rate: ratePerSecond, seconds: quick ? 6 : 12 });
        await wait(2_000);
        const leader = await leaderOf([first, second]);
        await leader.kill(signal);
        const run = await pressed;
        files.push(run.file);
        const { max, p99 } = run.latencyMs;
        rounds.push({
          round,
          signal,
          completed: run.completed,
          failed: run.failed,
          firstFailure: run.firstFailure,
          longestWaitMs: max,
          p99,
        });
        await leader.stop();
        await join(leader, quick);
      }
    }
    const found = await checkLedger(bench.books(), files, first.address, accounts);
    const of = (signal) => rounds.filter((round) => round.signal === signal);
    const errors = [...of('SIGKILL'), ...of('SIGTERM')].flatMap(({ failed }) => Object.values(failed));
    const failed = errors.reduce((sum, count) => sum + count, 0);
    const serving = figure(
      's',
      rounds.flatMap(({ servesAfterSeconds }) => servesAfterSeconds ?? []),
    );
    const longest = (signal) =>
      figure(
        's',
        of(signal).map(({ longestWaitMs }) => longestWaitMs / 1000),
      );
    return {
      settings: { ...bench.settings, transfers, ratePerSecond, callersDeadlineMs: deadlineMs },
      rounds,
      figures: {
        'kill -9 until it serves': serving,
        'longest wait of a caller, SIGKILL': longest('SIGKILL'),
        'longest wait of a caller, SIGTERM': longest('SIGTERM'),
      },
      ratios: {},
      goals: {
        'kill -9 until it serves': goal(serving.median, '<=', 10),
        'longest wait of a caller, SIGKILL': goal(longest('SIGKILL').max, '<=', 2),
        'longest wait of a caller, SIGTERM': goal(longest('SIGTERM').max, '<=', 2),
        'errors that callers saw': goal(failed, '<=', 0),
      },
      failed,
      invariants: { ...found.invariants, journalAsLongAsAsked: found.transactions >= transfers },
    };
  });
}

/** kill -9, start again, until a transfer is durable. */
async function restart(replica, key) {
  await replica.kill('SIGKILL');
  const startedAt = performance.now();
  const ledger = new RawLedger(replica.address);
  replica.spawn();
  const transfer = TransferRequest.encode(transferRequest({ from: 0, to: 1, cents: 1 }, key)).finish();
  for (;;) {
    try {
      await ledger.call('transfer', transfer, 1_000);
      break;
    } catch (error) {
      if (performance.now() - startedAt > 300_000) throw error;
      await wait(20);
    }
  }
  ledger.close();
  const servesAfterSeconds = (performance.now() - startedAt) / 1000;
  await replica.ready();
  return { servesAfterSeconds };
}

/** Of replicas under load, the one that appends. */
async function leaderOf(replicas) {
  const appends = () => Promise.all(replicas.map((replica) => replica.metric('ledger_commit_batch_records_count')));
  const before = await appends();
  for (;;) {
    await wait(100);
    const now = await appends();
    const leader = replicas.find((_, index) => (now[index] ?? 0) > (before[index] ?? 0));
    if (leader) return leader;
  }
}

/** Starts a second replica, and gives it time to follow the journal to its end. */
async function join(replica, quick) {
  replica.spawn();
  const until = Date.now() + (quick ? 20_000 : 60_000);
  while (Date.now() < until && !(await replica.isReady().catch(() => false))) await wait(200);
  await wait(quick ? 1_000 : 3_000);
}
