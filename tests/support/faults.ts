import { eventually } from '@ipe/testing/eventually';
import * as processes from '../../tools/processes.mjs';
import { journey } from './journey.ts';
import type { Card, Customer, Shop } from './world.ts';

const { world, addresses } = journey();

export { addresses, world };

/** kill -9, and start again: the real processes of the journeys' platform. */
export const killService = (name: string): Promise<unknown> => processes.killService(name);
export const startService = (name: string): Promise<unknown> => processes.startService(name);
export const killEngine = (name: string): Promise<unknown> => processes.killEngine(name);
export const startEngine = (name: string): Promise<unknown> => processes.startEngine(name);

export type Purchase = { status: number; transactionId: string | undefined; key: string; orderId: string };

export type Buyer = { customer: Customer; card: Card; shop: Shop };

export async function buyer(limit = '10000.00'): Promise<Buyer> {
  const [customer, shop] = await Promise.all([world.customer(), world.shop('1.00')]);
  return { customer, card: await world.card(customer, limit), shop };
}

export async function buyOnce({ customer, card, shop }: Buyer): Promise<Purchase> {
  const { orderId } = await world.order(customer, shop);
  const key = crypto.randomUUID();
  const { status, data } = await world.pay(customer, orderId, card.secrets, key);
  return { status, transactionId: data.transactionId, key, orderId };
}

/** The posted lines of the card's account, all pages. */
export async function postedLines({ customer, card }: Buyer): Promise<{ transactionId: string; amount: string }[]> {
  const lines = await customer.api.all(`/v1/accounts/${card.accountId}/statement`);
  return lines.filter(({ status }: { status: string }) => status === 'posted');
}

/** Every named transaction is on the statement, each exactly once, and nothing else is. */
export function statementHolds(who: Buyer, transactionIds: readonly string[], timeoutMs = 60_000): Promise<void> {
  return eventually(
    async () => {
      const lines = await postedLines(who);
      expect(lines.map(({ transactionId }) => transactionId).sort()).toEqual([...transactionIds].sort());
    },
    { timeoutMs, everyMs: 250 },
  );
}
