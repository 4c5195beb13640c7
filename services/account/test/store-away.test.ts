import { status } from '@grpc/grpc-js';
import { testEngines } from '@ipe/testing/engines';
import { eventually } from '@ipe/testing/eventually';
import { Way } from '@ipe/testing/way';
import { newWrite, startAccountBank } from './account-bank.ts';

test('waits for a store that starts later, answers UNAVAILABLE while it is away, and goes on when it is back', async () => {
  const way = await Way.to(testEngines().dynamodb);
  const starting = startAccountBank({ DYNAMODB_ENDPOINT: way.url });
  const opened = setTimeout(() => void way.open(), 1_500);
  const bank = await starting;
  clearTimeout(opened);
  const { customerId } = await bank.customer();

  way.close();
  const asking = bank.ask(bank.client.getCustomer, { customerId });
  await expect(asking).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'store_unavailable',
    retryAfterMs: 1_000,
  });
  const request = { ...newWrite(), name: 'Bia Lima', document: '529.982.247-25', email: 'bia@example.com' };
  const creating = bank.ask(bank.client.createCustomer, request);
  await expect(creating).rejects.toMatchObject({ code: status.UNAVAILABLE });

  await way.open();
  const { customer } = await eventually(() => bank.ask(bank.client.createCustomer, request));
  expect(customer?.document).toBe('52998224725');
  await bank.stop();
  way.close();
});
