// A purchase through the public API, and how long until its line can be read on the statement. Needs `npm start`.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ensureDemoBank } from '../tools/demo/bank.mjs';
import { buy } from '../tools/main-job.mjs';
import { developmentRun, operator, platformAddresses } from '../tools/topology.mjs';
import { figure, quantile } from './figures.mjs';

export const about = 'purchases a second through REST, gRPC and the ledger, and the time until the statement shows one';

/** Closed loop at 1 and 16 in flight, three rounds after a warm-up; the running platform serves. */
export async function run({ quick }) {
  const file = join(developmentRun.runDir, 'demo-bank.json');
  const bank = await ensureDemoBank({ addresses: platformAddresses(0), operator, file });
  const { ana, bruno, helena } = bank.customers;
  const { livraria, mercado } = bank.merchants;
  const buyers = [ana, bruno, helena].map((customer) => [customer, customer.cards.gold]);
  const one = async (at) => {
    const [customer, card] = buyers[at % buyers.length];
    const [shop, product] = at % 2 ? [livraria, livraria.products.caderno] : [mercado, mercado.products.cafe];
    const startedAt = performance.now();
    const answer = await buy(customer, card, shop, product, 1, { key: randomUUID() });
    return { ...answer, customer, card, ms: performance.now() - startedAt };
  };
  const perRound = quick ? 60 : 300;
  await closedLoop(one, 16, 60);

  const rounds = [];
  for (let round = 1; round <= 3; round += 1) {
    for (const inFlight of [1, 16]) {
      const startedAt = performance.now();
      const answers = await closedLoop(one, inFlight, inFlight === 1 ? perRound / 3 : perRound);
      const seconds = (performance.now() - startedAt) / 1000;
      const approved = answers.filter(({ status }) => status === 201).length;
      const times = answers.map(({ tookMs }) => tookMs);
      rounds.push({
        round,
        inFlight,
        approved,
        other: answers.length - approved,
        perSecond: approved / seconds,
        p50: quantile(times, 0.5),
        p99: quantile(times, 0.99),
      });
    }
  }
  const delays = [];
  for (let at = 0; at < (quick ? 10 : 40); at += 1) delays.push(await statementDelay(await one(at)));

  const of = (inFlight, member) => rounds.filter((round) => round.inFlight === inFlight).map((round) => round[member]);
  return {
    settings: { perRound, quick },
    rounds,
    figures: {
      perSecondAt1: figure('orders and payments/s', of(1, 'perSecond')),
      perSecondAt16: figure('orders and payments/s', of(16, 'perSecond')),
      paymentP50At1: figure('ms', of(1, 'p50')),
      paymentP50At16: figure('ms', of(16, 'p50')),
      paymentP99At16: figure('ms', of(16, 'p99')),
      onTheStatementAfter: figure('ms', delays),
    },
    ratios: {
      throughput16over1: Number(
        (figure('', of(16, 'perSecond')).median / figure('', of(1, 'perSecond')).median).toFixed(2),
      ),
    },
    invariants: { everyPurchaseApproved: rounds.every(({ other }) => other === 0) },
  };
}

async function closedLoop(one, inFlight, count) {
  const answers = [];
  let next = 0;
  const work = async () => {
    while (next < count) answers.push(await one(next++));
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return answers;
}

/** From the bank's answer until the customer's API shows the posted line, read every 5 ms. */
async function statementDelay({ customer, card, data }) {
  const startedAt = performance.now();
  for (;;) {
    const page = await customer.api.get(`/v1/accounts/${card.accountId}/statement?limit=20`);
    const found = page.data.some(
      ({ transactionId, status }) => transactionId === data.transactionId && status === 'posted',
    );
    if (found) return performance.now() - startedAt;
    if (performance.now() - startedAt > 30_000)
      throw new Error(`${data.transactionId} is not on the statement after 30 s`);
    await wait(5);
  }
}
