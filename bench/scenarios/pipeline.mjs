import { setTimeout as wait } from 'node:timers/promises';
import { StatementServiceClient } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import kafkajs from 'kafkajs';
import { figure, goal, growth } from '../figures.mjs';
import { withWorkbench } from '../fixture/workbench.mjs';
import { accountId } from '../load/workloads.mjs';
import { checkLedger, keysOf, Turns } from './turns.mjs';

export const about = 'from an authorisation to its line on the statement at 300/s, and whether 1,000/s is held';

const topic = 'bank.entries.v1';
const groups = ['statement', 'account-balances'];
/** Cards whose customers look at their statements, of all accounts: about one authorisation in nine. */
const WATCHED = 0.1;

/** Ledger, Kafka, statement and account; open loop. (Elasticsearch hears of it by Kafka Connect, and is not run here.) */
export function run(options) {
  return withWorkbench({ ...options, kafka: true }, async (bench) => {
    const { accounts, quick, rounds, seconds, warmUpSeconds } = bench.options;
    const ledger = await bench.ledger();
    const statement = await bench.replica('statement', 'statement', await bench.ledgerEnv('ledger-'));
    const env = { ...(await bench.ledgerEnv('ledger-')), TRANSACTION_ADDRESS: ledger.address };
    const account = await bench.replica('account', 'account', env);
    await Promise.all([statement.start(), account.start()]);
    await bench.openAccounts(ledger.address, accounts);
    const lag = await lagOf(bench.kafka, ledger);
    await drained(lag);

    const watch = { service: ledger.pid, statement: statement.pid, account: account.pid };
    const purchases = { address: ledger.address, accounts };
    const watched = Array.from({ length: Math.floor(WATCHED * accounts) }, (_, nth) => accounts - 1 - nth);
    const followed = { ...purchases, statement: statement.address, watched };
    const turns = new Turns(bench);
    const latency = { generator: await bench.generator('statement', followed), loop: { rate: 300 }, watch };
    for (let round = 0; round <= rounds; round += 1) {
      // At this rate the compilers of the engines and services are busy for half a minute.
      await turns.press('300/s', latency, round === 0 ? 4 * warmUpSeconds : seconds, round);
      // What a cold start has piled up is not the next round's.
      await drained(lag);
    }

    const rate = 1_000;
    const held = { generator: await bench.generator('authorize', purchases), loop: { rate }, watch };
    const samples = [];
    const pressing = turns.press(`${rate}/s`, held, quick ? 10 : 60, 1);
    let pressed = false;
    void pressing.then(
      () => {
        pressed = true;
      },
      () => {
        pressed = true;
      },
    );
    const startedAt = Date.now();
    while (!pressed) {
      samples.push({ seconds: (Date.now() - startedAt) / 1000, ...(await lag.read()) });
      await wait(1_000);
    }
    await pressing;
    const drainSeconds = await drained(lag);
    await lag.stop();

    const files = Object.values(turns.files).flat();
    const found = await checkLedger(bench.books(), files, ledger.address, accounts);
    const events = growth(
      samples.map(({ seconds: at, events: behind }) => ({ seconds: at, lag: behind })),
      2 * rate,
    );
    const batches = growth(
      samples.map(({ seconds: at, batches: behind }) => ({ seconds: at, lag: behind })),
      100,
    );
    const grows = Number(events.grows || batches.grows);
    const p99 = figure('ms', turns.of('300/s', 'p99'));
    return {
      settings: { ...bench.settings, watchedCards: watched.length, lagSamples: samples, elasticsearch: 'not run' },
      rounds: turns.rounds,
      figures: {
        'authorise → on the statement, p50': figure('ms', turns.of('300/s', 'p50')),
        'authorise → on the statement, p99': p99,
        ...turns.figures(`${rate}/s`, { unit: 'authorisations/s' }),
        'lag of the consumers at 1,000/s': figure(
          'events',
          samples.map(({ events: behind }) => behind),
        ),
        'growth of that lag': figure('events/s', [events.perSecond]),
        'until nothing was behind after it': figure('s', [drainSeconds]),
      },
      ratios: {},
      goals: {
        'authorise → on the statement, p99': goal(p99.median, '<=', 250),
        'answered of 1,000/s': goal(turns.of(`${rate}/s`, 'perSecond')[0], '>=', 0.97 * rate),
        'lag grows at 1,000/s': goal(grows, '<=', 0),
      },
      failed: turns.failed,
      invariants: {
        ...found.invariants,
        eachOnTheStatementOnce: await onceOnTheStatement(statement.address, accounts, files),
      },
    };
  });
}

/** How far behind the publisher (batches) and the consumers (events, the further of them) are. */
async function lagOf(broker, ledger) {
  const kafka = new kafkajs.Kafka({ clientId: 'bench', brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const behind = async (groupId, ends) => {
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const done = new Map(partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
    return ends.reduce((sum, { partition, high }) => sum + Number(high) - (done.get(partition) ?? 0), 0);
  };
  return {
    async read() {
      const ends = await admin.fetchTopicOffsets(topic);
      const events = Math.max(...(await Promise.all(groups.map((group) => behind(group, ends)))));
      return { events, batches: (await ledger.metric('ledger_publisher_lag_batches')) ?? 0 };
    },
    stop: () => admin.disconnect(),
  };
}

/** Waits until nothing is behind, twice in a row. Answers the seconds it took. */
async function drained(lag) {
  const startedAt = Date.now();
  for (let quiet = 0; quiet < 2; await wait(250)) {
    const { events, batches } = await lag.read();
    quiet = events === 0 && batches === 0 ? quiet + 1 : 0;
    if (Date.now() - startedAt > 300_000)
      throw new Error(`after 300 s still behind: ${events} events, ${batches} batches`);
  }
  return (Date.now() - startedAt) / 1000;
}

/** Each acknowledged authorisation has one line on the statements of the cards' accounts. */
async function onceOnTheStatement(address, accounts, files) {
  const lines = new Map();
  for await (const name of keysOf(files)) lines.set(name.split('.')[0], 0);
  const client = grpcClient(StatementServiceClient, address);
  for (let account = 0; account < accounts; account += 1) {
    let pageToken = '';
    do {
      const request = { accountId: accountId(account), from: undefined, until: undefined, kinds: [], pageSize: 100 };
      const page = await call(client, client.listLines, { ...request, pageToken }, 10_000);
      for (const { transactionId } of page.lines) {
        const times = lines.get(transactionId);
        if (times !== undefined) lines.set(transactionId, times + 1);
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }
  client.close();
  return [...lines.values()].every((times) => times === 1);
}
