import { ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { status } from '@grpc/grpc-js';
import { CardVerdict } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { dynamoClient } from '@ipe/dynamodb/client';
import { ServiceTable } from '@ipe/dynamodb/service-table';
import { cents } from '@ipe/money/cents';
import { startService } from '@ipe/service-kit/start-service';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { HmacNumberSecrets } from '../src/adapters/crypto/hmac-number-secrets.ts';
import { DynamoCardStore } from '../src/adapters/dynamodb/dynamo-card-store.ts';
import { EnvelopeVault } from '../src/adapters/vault/envelope-vault.ts';
import { LocalDataKeys } from '../src/adapters/vault/local-data-keys.ts';
import { IssueCard } from '../src/application/issue-card.ts';
import type { RandomDigits } from '../src/application/ports.ts';
import { cardsService } from '../src/create-service.ts';
import { cardsCalls, startCards } from './cards-bank.ts';
import { FakeKms } from './fake-kms.ts';

let bank: Awaited<ReturnType<typeof startCards>>;

beforeAll(async () => {
  bank = await startCards();
});

afterAll(() => bank.stop());

const tableName = (): string => `${bank.config.TABLE_PREFIX}cards`;

test('a card number is nowhere in the table in clear, nor is its CVV kept', async () => {
  const card = await bank.cards.issue();
  const { number } = await bank.cards.reveal(card.cardId);
  const client = dynamoClient(bank.config);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName(), ConsistentRead: true }));
  client.destroy();
  expect(Items.length).toBeGreaterThan(3);
  const text = Items.map((item) =>
    JSON.stringify(item, (_name, value) =>
      // Binary attributes as their bytes: an encoded answer must not hold the number either.
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    ),
  ).join('\n');
  expect(text).toContain(card.cardId);
  expect(text).not.toContain(number);
  expect(text).not.toContain(number.slice(0, 12));
  expect(text).not.toContain(Buffer.from(number).toString('base64'));
  expect(text).not.toMatch(/"cvv"/i);
});

test('a sealed number that was changed in the table is not revealed', async () => {
  const card = await bank.cards.issue();
  const { number } = await bank.cards.reveal(card.cardId);
  const index = new HmacNumberSecrets({ index: bank.config.PAN_INDEX_KEY, cvv: bank.config.CVV_KEY }).index(number);
  const client = dynamoClient(bank.config);
  await client.send(
    new UpdateItemCommand({
      TableName: tableName(),
      Key: { pk: { S: `pan#${index}` }, sk: { S: 'card' } },
      UpdateExpression: 'SET sealedNumber.ciphertext = :other',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':other': { B: Buffer.alloc(32, 1) } },
    }),
  );
  client.destroy();
  await expect(bank.cards.reveal(card.cardId)).rejects.toMatchObject({ code: status.INTERNAL, reason: 'internal' });
});

/** Gives prepared digits, then none. */
class PreparedDigits implements RandomDigits {
  constructor(private readonly digits: string[]) {}

  next(): string {
    const next = this.digits.shift();
    if (next === undefined) throw new Error('no digits left');
    return next;
  }
}

test('a number that is taken is not given twice', async () => {
  const table = new ServiceTable(dynamoClient(bank.config), tableName());
  const secrets = new HmacNumberSecrets({ index: bank.config.PAN_INDEX_KEY, cvv: bank.config.CVV_KEY });
  let accounts = 0;
  const issueCard = new IssueCard(
    new DynamoCardStore(table),
    { openCreditCardAccount: async () => ({ kind: 'opened', accountId: `acc_${++accounts}` }) },
    new EnvelopeVault(new LocalDataKeys(bank.config.PAN_SEALING_KEY ?? Buffer.alloc(32))),
    secrets,
    new PreparedDigits(['111111111', '111111111', '111111111', '222222222']),
    bank.clock,
    { issued: () => undefined, verified: () => undefined, locked: () => undefined },
    { bin: '650516', maxLimit: cents(2_000_000n) },
  );
  const issue = async () => {
    const command = {
      caller: 'tests',
      customerId: 'cus_ana',
      holderName: 'ANA SILVA',
      limit: cents(1n),
      expiresAt: undefined,
    };
    const outcome = await issueCard.execute({ ...command, idempotencyKey: uniqueName('key') });
    if (outcome.kind === 'refused') throw new Error(outcome.refusal);
    return (await bank.cards.reveal(outcome.card.cardId)).number.slice(6, 15);
  };
  expect([await issue(), await issue()]).toEqual(['111111111', '222222222']);
  table.onApplicationShutdown();
});

test('with a KMS key in its configuration the service seals by KMS', async () => {
  const kms = new FakeKms();
  const KMS_ENDPOINT = await kms.start();
  // As a production environment gives them; KMS's client finds them by itself.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  const sealing = await startCards({ PAN_SEALING_KEY: '', KMS_KEY_ID: kms.keyArn, KMS_ENDPOINT });
  const card = await sealing.cards.issue();
  await expect(sealing.cards.reveal(card.cardId)).resolves.toMatchObject({ cvv: expect.stringMatching(/^\d{3}$/) });
  expect(kms.calls.map(({ operation }) => operation)).toEqual(['GenerateDataKey', 'Decrypt']);
  kms.failing = true;
  await expect(sealing.cards.reveal(card.cardId)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'key_vault_unavailable',
  });
  await sealing.stop();
  await kms.stop();
});

test('another instance on the same table sees every change at once', async () => {
  const ports = { HTTP_ADDRESS: `127.0.0.1:${await freePort()}`, GRPC_ADDRESS: `127.0.0.1:${await freePort()}` };
  const other = await startService(cardsService({ ...bank.config, ...ports }, bank.clock));
  const otherCards = cardsCalls(ports.GRPC_ADDRESS);
  const card = await bank.cards.issue();
  const presented = await bank.cards.reveal(card.cardId);
  await expect(otherCards.verify(presented)).resolves.toMatchObject({ verdict: CardVerdict.CARD_VERDICT_VALID });
  await bank.cards.block(card.cardId, 1);
  await expect(otherCards.verify(presented)).resolves.toMatchObject({ verdict: CardVerdict.CARD_VERDICT_BLOCKED });
  otherCards.close();
  await other.close();
});
