import { freePort } from '@ipe/testing/free-port';
import { startAccountBank } from './account-bank.ts';

test('starts, is ready, opens accounts and stops while Kafka is away', async () => {
  const bank = await startAccountBank({ KAFKA_BROKERS: [`127.0.0.1:${await freePort()}`] });
  const ready = await fetch(`http://${bank.config.HTTP_ADDRESS}/health/ready`);
  expect(ready.status).toBe(200);
  const { accountId, customerId } = await bank.account((await bank.customer()).customerId);
  expect(await bank.getAccount(accountId, customerId)).toMatchObject({ accountId });
  await bank.stop();
});
