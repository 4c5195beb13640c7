import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { testEngines } from '@ipe/testing/engines';
import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { Logger } from '@nestjs/common';
import { consume, type RunningConsumer } from '../src/consume.ts';
import { PoisonMessage } from '../src/handling-error.ts';
import { TestTopics } from './topic.ts';

const tool = fileURLToPath(new URL('../../../tools/deadletters.mjs', import.meta.url));
const topics = new TestTopics();
const running: RunningConsumer[] = [];

Logger.overrideLogger(false);
beforeAll(() => topics.open());
afterAll(async () => {
  await Promise.all(running.map((consumer) => consumer.stop()));
  await topics.close();
});

type Ran = { code: number; out: string; err: string };

function deadletters(args: readonly string[], brokers = testEngines().kafka): Promise<Ran> {
  const env = { ...process.env, KAFKA_BROKERS: brokers };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=TimeoutNegativeWarning', tool, ...args],
      { env },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      },
    );
  });
}

/** A topic whose consumer refuses some values until it is mended. */
async function refusing(...values: string[]) {
  const topic = await topics.make(3);
  const refused = new Set(values);
  const handled: string[] = [];
  const consumer = consume({
    kafka: topics.kafka,
    groupId: uniqueName('group'),
    topic,
    handle: async ({ value }) => {
      if (refused.has(value)) throw new PoisonMessage(`cannot read ${value.length} characters`);
      handled.push(value);
    },
  });
  running.push(consumer);
  return { topic, handled, mend: () => refused.clear() };
}

test('a dead letter is listed and shown, replayed as it was, and then listed as replayed', async () => {
  const { topic, handled, mend } = await refusing('{"n":1}');
  const timestamp = '1767225600000';
  await topics.publish(topic, { key: 'k-1', value: '{"n":1}', headers: { ce_id: 'e-1' }, timestamp });
  await eventually(async () => expect(await topics.read(`${topic}.dlq`)).toHaveLength(1));
  const id = `${topic}.dlq/0/0`;

  const listed = await deadletters(['list', '--topic', topic]);
  expect(listed).toMatchObject({ code: 0, err: '' });
  expect(listed.out).toMatch(
    new RegExp(`^${id} +open +\\S+ +\\S+ +k-1 +PoisonMessage: cannot read 7 characters$`, 'm'),
  );
  expect(listed.out).toContain('1 open, 0 replayed');

  const shown = await deadletters(['show', id]);
  expect(shown.out).toMatch(new RegExp(`^came from +${topic}/\\d/0$`, 'm'));
  expect(shown.out).toContain('recorded at  2026-01-01T00:00:00.000Z');
  expect(shown.out).toContain('  ce_id: e-1');
  expect(shown.out).toContain('"n": 1');

  mend();
  expect(await deadletters(['replay', id])).toMatchObject({ code: 0, out: `${id} is back in ${topic}\n` });
  await eventually(() => expect(handled).toEqual(['{"n":1}']));
  const again = (await topics.read(topic)).at(-1);
  expect(again).toEqual({ key: 'k-1', value: '{"n":1}', headers: { ce_id: 'e-1' }, timestamp });
  expect((await deadletters(['list', '--topic', `${topic}.dlq`])).out).toContain('0 open, 1 replayed');

  const twice = await deadletters(['replay', id]);
  expect(twice).toMatchObject({ code: 1, out: '' });
  expect(twice.err).toMatch(/was replayed at .*; --again replays it/);
  expect((await deadletters(['replay', id, '--again'])).code).toBe(0);
});

test('all open letters are replayed at once, and none of the others', async () => {
  const { topic, handled, mend } = await refusing('bad 1', 'bad 2', 'bad 3');
  await topics.publish(topic, ...['bad 1', 'good', 'bad 2', 'bad 3'].map((value) => ({ key: 'k', value })));
  await eventually(async () => expect(await topics.read(`${topic}.dlq`)).toHaveLength(3));
  mend();
  await deadletters(['replay', `${topic}.dlq/0/1`]);
  const all = await deadletters(['replay', '--all', '--topic', topic]);
  expect(all.out).toMatch(/^2 replayed$/m);
  await eventually(() => expect(handled).toEqual(['good', 'bad 2', 'bad 1', 'bad 3']));
  expect((await deadletters(['replay', '--all', '--topic', topic])).out).toBe('0 replayed\n');
});

test('a dead letter of Kafka Connect is listed with its reason, and replayed without Connect’s headers', async () => {
  const topic = await topics.make();
  await topics.makeOne(`${topic}.connect-dlq`);
  const errors = {
    '__connect.errors.topic': topic,
    '__connect.errors.partition': '0',
    '__connect.errors.offset': '41',
    '__connect.errors.connector.name': 'transactions-to-elasticsearch',
    '__connect.errors.stage': 'VALUE_CONVERTER',
    '__connect.errors.exception.class.name': 'org.apache.kafka.connect.errors.DataException',
    '__connect.errors.exception.message': 'Converting byte[] failed',
  };
  await topics.publish(`${topic}.connect-dlq`, {
    key: 'txn_1',
    value: '{broken',
    headers: { ce_id: 'e-9', ...errors },
  });
  const id = `${topic}.connect-dlq/0/0`;
  const { out } = await deadletters(['list', '--topic', topic]);
  expect(out).toMatch(
    /open .* connector transactions-to-elasticsearch +txn_1 +value_converter DataException: Converting/,
  );
  expect((await deadletters(['show', id])).out).toContain(`came from    ${topic}/0/41`);
  expect((await deadletters(['replay', id])).code).toBe(0);
  expect(await topics.read(topic)).toMatchObject([{ key: 'txn_1', value: '{broken', headers: { ce_id: 'e-9' } }]);
});

test('a letter that would play with the terminal is shown harmless', async () => {
  const topic = await topics.make();
  await topics.publish(`${topic}.dlq`, {
    key: '\u001b[2Jk',
    value: '\u001b]0;x\u0007',
    headers: { 'dlq-topic': topic },
  });
  const { out } = await deadletters(['show', `${topic}.dlq/0/0`]);
  expect(out).not.toContain('\u001b');
  expect(out).toContain('\\u001b[2Jk');
});

test('what cannot be done is told in a line', async () => {
  const topic = await topics.make();
  expect((await deadletters(['list', '--topic', topic])).out).toBe('no dead letters\n');
  expect((await deadletters(['list', '--topic', 'no-such-topic'])).err).toMatch(
    /^there are no dead letters of no-such-topic/,
  );
  expect((await deadletters(['show', `${topic}.dlq/0/7`])).err).toBe(
    `there is no dead letter ${topic}.dlq/0/7; list shows those there are\n`,
  );
  await topics.publish(`${topic}.dlq`, { key: 'k', value: 'v', headers: { 'dlq-topic': 'gone-topic' } });
  const orphan = await deadletters(['replay', `${topic}.dlq/0/0`]);
  expect(orphan).toMatchObject({
    code: 1,
    err: `${topic}.dlq/0/0 came from gone-topic, which is not there any more\n`,
  });
  const nobody = await deadletters(['list'], `127.0.0.1:${await freePort()}`);
  expect(nobody).toMatchObject({ code: 1, out: '' });
  expect(nobody.err).toMatch(/^no Kafka answers at 127.0.0.1:\d+: is the platform running/);
});

test.each([
  [[], 'say what to do'],
  [['lsit'], 'there is no command lsit'],
  [['show'], 'show wants an id'],
  [['show', 'a/b'], 'a/b is no id'],
  [['replay', '--all', 'a/0/0'], 'replay takes no id here'],
  [['list', '--nonsense'], 'nonsense'],
])('%j is answered with the usage', async (args, reason) => {
  const { code, err } = await deadletters(args);
  expect(code).toBe(2);
  expect(err).toContain(reason);
  expect(err).toContain('npm run deadletters -- <command>');
});
