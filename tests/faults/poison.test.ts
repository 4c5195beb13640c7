import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '@ipe/testing/eventually';
import { Kafka, logLevel } from 'kafkajs';
import { addresses, buyer, buyOnce, statementHolds } from '../support/faults.ts';

const kafka = new Kafka({ brokers: [addresses.kafka], logLevel: logLevel.NOTHING });

async function deadletters(...args: string[]): Promise<string> {
  const env = { ...process.env, KAFKA_BROKERS: addresses.kafka };
  const { stdout } = await promisify(execFile)(process.execPath, ['tools/deadletters.mjs', ...args], { env });
  return stdout;
}

test('a poison event goes to the dead letters with its reason, the ones behind it go through, and it can be replayed', async () => {
  const who = await buyer();
  const producer = kafka.producer();
  await producer.connect();
  const marker = `not JSON ${crypto.randomUUID()}`;
  const topic = 'bank.entries.v1';
  await producer.send({ topic, messages: [{ key: who.card.accountId, value: marker }] });
  await producer.disconnect();

  const { transactionId } = await buyOnce(who);
  await statementHolds(who, [String(transactionId)]);
  const id = await eventually(
    async () => {
      const list = await deadletters('list', '--topic', topic);
      const row = list.split('\n').find((line) => line.includes(who.card.accountId));
      expect(row).toBeDefined();
      return /bank\.entries\.v1\.dlq\/\d+\/\d+/.exec(String(row))?.[0];
    },
    { timeoutMs: 30_000, everyMs: 500 },
  );
  const shown = await deadletters('show', String(id));
  expect(shown).toContain(marker);
  expect(shown).toMatch(/reason/i);
  expect(await deadletters('replay', String(id))).toContain(`is back in ${topic}`);
});
