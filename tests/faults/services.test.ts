import { eventually } from '@ipe/testing/eventually';
import {
  buyer,
  buyOnce,
  killService,
  type Purchase,
  postedLines,
  startService,
  statementHolds,
  world,
} from '../support/faults.ts';

const ids = (purchases: readonly Purchase[]): string[] =>
  purchases.flatMap(({ transactionId }) => (transactionId ? [transactionId] : []));

test('statement down: purchases are approved, and after its restart it holds each exactly once', async () => {
  const who = await buyer();
  const before = await buyOnce(who);
  await killService('statement');
  const during: Purchase[] = [];
  for (let count = 0; count < 5; count += 1) during.push(await buyOnce(who));
  expect(during.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  const overview = await who.customer.api.get('/v1/overview');
  expect(overview.missing).toContainEqual(expect.objectContaining({ service: 'statement' }));
  expect(overview.cards).toHaveLength(1);
  await startService('statement');
  await statementHolds(who, ids([before, ...during]));
});

test('cards down: an authorisation is refused, never let through, and works again after', async () => {
  const who = await buyer();
  await killService('cards');
  const { orderId } = await world.order(who.customer, who.shop);
  const answer = await world.pay(who.customer, orderId, who.card.secrets);
  expect(answer).toMatchObject({ status: 402, data: { code: 'card_state_unknown', responseCode: '91' } });
  await startService('cards');
  const paid = await buyOnce(who);
  expect(paid.status).toBe(201);
  await statementHolds(who, ids([paid]));
});

test('transaction killed amid 200 purchases: acknowledged ones are there, others once or not at all, retries agree', async () => {
  const who = await buyer();
  const orders = await Promise.all(Array.from({ length: 200 }, () => world.order(who.customer, who.shop)));
  const acknowledged = new Map<string, string>();
  const unsettled: { orderId: string; key: string }[] = [];
  let started = 0;
  const work = async (): Promise<void> => {
    for (let next = orders[started++]; next; next = orders[started++]) {
      const attempt = { orderId: next.orderId, key: crypto.randomUUID() };
      const answer = await world.pay(who.customer, next.orderId, who.card.secrets, attempt.key).catch(() => undefined);
      if (answer?.status === 201) acknowledged.set(attempt.orderId, answer.data.transactionId);
      else unsettled.push(attempt);
    }
  };
  const workers = Promise.all(Array.from({ length: 8 }, work));
  await eventually(() => expect(acknowledged.size).toBeGreaterThan(40), { timeoutMs: 60_000, everyMs: 5 });
  await killService('transaction');
  await startService('transaction');
  await workers;

  // A call tried again under its key gives its first answer, or settles what recovery has not settled yet.
  for (const { orderId, key } of unsettled) {
    const settled = await eventually(
      async () => {
        const answer = await world.pay(who.customer, orderId, who.card.secrets, key);
        // 502: it was made void, and charged nothing.
        expect([201, 502]).toContain(answer.status);
        return answer;
      },
      { timeoutMs: 60_000, everyMs: 250 },
    );
    if (settled.status === 201) acknowledged.set(orderId, settled.data.transactionId);
  }
  await statementHolds(who, [...acknowledged.values()]);
  const balance = await who.customer.api.get(`/v1/accounts/${who.card.accountId}/balance`);
  expect(balance.posted).toBe(`-${acknowledged.size}.00`);
  expect(balance.held).toBe('0.00');
});

test('checkout killed amid purchases: its recovery settles every order, charged if and only if paid', async () => {
  const who = await buyer();
  const orders = await Promise.all(Array.from({ length: 40 }, () => world.order(who.customer, who.shop)));
  const paying = orders.map(({ orderId }) => world.pay(who.customer, orderId, who.card.secrets).catch(() => undefined));
  await Promise.race(paying);
  await killService('checkout');
  await startService('checkout');
  await Promise.all(paying);
  const paid = await eventually(
    async () => {
      const states = await who.customer.api.all('/v1/orders');
      expect(states.filter(({ status }: { status: string }) => status === 'paying')).toEqual([]);
      return states.filter(({ status }: { status: string }) => status === 'paid').length;
    },
    { timeoutMs: 60_000, everyMs: 250 },
  );
  expect(paid).toBeGreaterThan(0);
  await eventually(
    async () => {
      expect(await postedLines(who)).toHaveLength(paid);
      const balance = await who.customer.api.get(`/v1/accounts/${who.card.accountId}/balance`);
      expect(balance).toMatchObject({ posted: `-${paid}.00`, held: '0.00' });
    },
    { timeoutMs: 30_000, everyMs: 250 },
  );
});
