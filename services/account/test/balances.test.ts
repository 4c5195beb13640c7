import { AccountStatus, AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { derivedId } from '@ipe/dynamodb/derived-id';
import { startService } from '@ipe/service-kit/start-service';
import { EntriesTopic } from '@ipe/testing/entries-topic';
import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { accountService } from '../src/create-service.ts';
import { type AccountBank, newWrite, present, startAccountBank } from './account-bank.ts';
import { entry } from './entry.ts';

const topic = new EntriesTopic();
let bank: AccountBank;
beforeAll(async () => {
  await topic.create();
  bank = await startAccountBank({ ENTRIES_TOPIC: topic.name });
});
afterAll(async () => {
  await bank.stop();
  await topic.remove();
});

const newCard = async () =>
  bank.account((await bank.customer()).customerId, AccountType.ACCOUNT_TYPE_CREDIT_CARD, 10_000n);

/** Events are handled in order: once this one is seen, all before it were handled. */
async function settled(): Promise<void> {
  const { accountId } = await bank.account((await bank.customer()).customerId);
  await topic.tell(entry(accountId, 1n));
  await eventually(async () => expect((await bank.getAccount(accountId)).balance?.sequence).toBe(1n));
}

const events = async (outcome: string) =>
  Number(new RegExp(`^account_events_total{outcome="${outcome}"} (\\d+)$`, 'm').exec(await bank.metrics())?.[1] ?? 0);

test('an event’s balance is the account’s, on its own page and in the list', async () => {
  const { accountId, customerId } = await newCard();
  const after = { postedCents: -3_000n, heldCents: 1_000n, limitCents: 10_000n };
  await topic.tell(entry(accountId, 4n, after));
  const balance = { ...after, availableCents: 6_000n, sequence: 4n, updatedAt: new Date('2026-11-21T12:00:04Z') };
  await eventually(async () => expect((await bank.getAccount(accountId)).balance).toEqual(balance));
  const { accounts } = await bank.ask(bank.client.listAccounts, { customerId, pageSize: 0, pageToken: '' });
  expect(accounts.map((account) => account.balance)).toEqual([balance]);
});

test('events twice, out of order and told again from the beginning leave the same balance', async () => {
  const { accountId } = await newCard();
  const story = [1n, 2n, 3n, 4n, 5n].map((sequence) => entry(accountId, sequence, { postedCents: sequence * 100n }));
  const last = { postedCents: 500n, availableCents: 500n, sequence: 5n };
  await topic.tell(...story);
  await settled();
  const balance = (await bank.getAccount(accountId)).balance;
  expect(balance).toMatchObject(last);
  await topic.tell(...story.toReversed(), ...story);
  for (const event of story) await topic.tell(event);
  await settled();
  expect((await bank.getAccount(accountId)).balance).toEqual(balance);
  expect(await events('stale')).toBeGreaterThan(0);

  // A second replica in a new group reads the whole topic again, into the same table.
  const addresses = { HTTP_ADDRESS: `127.0.0.1:${await freePort()}`, GRPC_ADDRESS: `127.0.0.1:${await freePort()}` };
  const group = { CONSUMER_GROUP: uniqueName('again') };
  const stale = await events('stale');
  const replica = await startService(accountService({ ...bank.config, ...addresses, ...group }));
  await eventually(async () =>
    expect((await events('stale')) + (await events('superseded'))).toBeGreaterThan(stale + 5),
  );
  await replica.close();
  expect((await bank.getAccount(accountId)).balance).toEqual(balance);
});

test('an event that comes before the account is here is not lost', async () => {
  const { customerId } = await bank.customer();
  const write = newWrite();
  const accountId = derivedId('acc', { caller: write.caller, key: write.idempotencyKey });
  await topic.tell(entry(accountId, 2n, { postedCents: 700n }));
  await settled();
  await expect(bank.getAccount(accountId)).rejects.toMatchObject({ reason: 'account_not_found' });
  const opening = { ...write, customerId, type: AccountType.ACCOUNT_TYPE_CURRENT, limitCents: 0n };
  expect(present((await bank.ask(bank.client.openAccount, opening)).account).accountId).toBe(accountId);
  expect((await bank.getAccount(accountId)).balance).toMatchObject({ postedCents: 700n, sequence: 2n });
});

test('the ledger’s word on the status counts, whichever it is', async () => {
  const { accountId } = await newCard();
  let sequence = 1n;
  for (const accountStatus of ['FROZEN', 'FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL', 'CLOSED'] as const) {
    sequence += 1n;
    await topic.tell({ ...entry(accountId, sequence, { accountStatus }), kind: 'STATUS_CHANGED' });
    const expected = AccountStatus[`ACCOUNT_STATUS_${accountStatus}`];
    await eventually(async () => expect((await bank.getAccount(accountId)).status).toBe(expected));
  }
});

test('an increased hold, a posting and a unit of the bank’s own are in the balance as all else', async () => {
  const { accountId } = await newCard();
  const letters = (await topic.deadLetters()).length;
  const increased = entry(accountId, 2n, { heldCents: 300n, limitCents: 10_000n });
  const posted = entry(accountId, 3n, { postedCents: -50n, heldCents: 300n, limitCents: 10_000n });
  await topic.tell({ ...increased, kind: 'HOLD_INCREASED' }, { ...posted, kind: 'POSTING', currency: 'PONTOS/0' });
  await settled();
  const { balance } = await bank.getAccount(accountId);
  expect(balance).toMatchObject({ postedCents: -50n, heldCents: 300n, availableCents: 9_650n, sequence: 3n });
  expect((await topic.deadLetters()).length).toBe(letters);
});

test('a late event does not undo what the ledger answered to a change; its own event adds when it was booked', async () => {
  const { accountId } = await newCard();
  const change = { ...newWrite(), accountId, limitCents: 20_000n };
  await bank.ask(bank.client.changeCreditLimit, change);
  await topic.tell(entry(accountId, 1n, { limitCents: 10_000n }));
  await settled();
  const changed = { limitCents: 20_000n, availableCents: 20_000n, sequence: 2n };
  expect((await bank.getAccount(accountId)).balance).toEqual(
    expect.objectContaining({ ...changed, updatedAt: undefined }),
  );
  await topic.tell(entry(accountId, 2n, { limitCents: 20_000n }));
  await settled();
  const bookedAt = new Date('2026-11-21T12:00:02Z');
  expect((await bank.getAccount(accountId)).balance).toMatchObject({ ...changed, updatedAt: bookedAt });
  // The same change asked for again is answered as before, and moves nothing back.
  await topic.tell(entry(accountId, 3n, { limitCents: 20_000n, heldCents: 500n }));
  await settled();
  await bank.ask(bank.client.changeCreditLimit, change);
  expect((await bank.getAccount(accountId)).balance).toMatchObject({ heldCents: 500n, sequence: 3n });
});

test('a poison event goes to the dead letters with the reason, without its values, and the ones behind it go through', async () => {
  const { accountId } = await newCard();
  const wrong = { accountId, sequence: 'secret', accountStatus: 'ACTIVE', bookedAt: '2026-11-21T12:00:00Z' };
  await topic.tellText('acc_poison', 'secret, not JSON');
  await topic.tellText('acc_poison', JSON.stringify(wrong));
  await topic.tellText('acc_poison', null);
  await topic.tell({ ...entry(accountId, 6n, { postedCents: 100n }), availableCents: 99n });
  await topic.tell(entry(accountId, 7n, { postedCents: 200n }));
  await eventually(async () => expect((await bank.getAccount(accountId)).balance?.sequence).toBe(7n));
  const letters = await topic.deadLetters();
  expect(letters.map(({ reason }) => reason)).toEqual([
    'PoisonMessage: the event is not JSON',
    'PoisonMessage: sequence is missing or malformed',
    'PoisonMessage: the message has no key or no value',
    'PoisonMessage: availableCents is not posted - held + limit',
  ]);
  expect(letters[0]?.value).toBe('secret, not JSON');
  expect(await events('dead_lettered')).toBe(4);
});

test('the metrics tell how far behind the balances are', async () => {
  const { accountId } = await newCard();
  await topic.tell({ ...entry(accountId, 1n), bookedAt: new Date() });
  await eventually(async () => expect((await bank.getAccount(accountId)).balance?.sequence).toBe(1n));
  expect(await events('applied')).toBeGreaterThan(0);
  const metrics = await bank.metrics();
  expect(Number(/^account_projection_lag_seconds_count (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
});
