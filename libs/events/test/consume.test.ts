import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { Logger } from '@nestjs/common';
import { consume, type RunningConsumer } from '../src/consume.ts';
import type { ConsumerOptions } from '../src/consumer-options.ts';
import { PoisonMessage } from '../src/handling-error.ts';
import { kafkaClient } from '../src/kafka.ts';
import { CutOffKafka } from './cut-off.ts';
import { TestTopics } from './topic.ts';

const topics = new TestTopics();
const running: RunningConsumer[] = [];

Logger.overrideLogger(false);
beforeAll(() => topics.open());
afterAll(async () => {
  await Promise.all(running.map((consumer) => consumer.stop()));
  await topics.close();
});

function start(options: Pick<ConsumerOptions, 'topic' | 'handle'> & Partial<ConsumerOptions>): RunningConsumer {
  const consumer = consume({ kafka: topics.kafka, groupId: uniqueName('group'), backoffMs: 5, ...options });
  running.push(consumer);
  return consumer;
}

test('a topic is read from its beginning, in order within a key', async () => {
  const topic = await topics.make(3);
  const sent = Array.from({ length: 60 }, (_, n) => ({ key: `k${n % 5}`, value: String(n) }));
  await topics.publish(topic, ...sent);
  const seen: { key: string; value: number }[] = [];
  start({ topic, handle: async ({ key, value }) => void seen.push({ key, value: Number(value) }) });
  await eventually(() => expect(seen).toHaveLength(60));
  for (const key of ['k0', 'k1', 'k2', 'k3', 'k4']) {
    const own = seen.filter((message) => message.key === key).map(({ value }) => value);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
});

test('a poison message lies in the dead letters with where it was and why, and the ones behind it went through', async () => {
  const topic = await topics.make();
  const groupId = uniqueName('group');
  const timestamp = String(Date.now() - 86_400_000);
  await topics.publish(
    topic,
    { key: 'a', value: 'good' },
    { key: 'a', value: '{broken', headers: { ce_id: 'e-2' }, timestamp },
    { key: 'a', value: 'behind' },
  );
  const handled: string[] = [];
  start({
    topic,
    groupId,
    handle: async ({ value }) => {
      if (value.startsWith('{')) throw new PoisonMessage('not JSON');
      handled.push(value);
    },
  });
  await eventually(() => expect(handled).toEqual(['good', 'behind']));
  expect(await topics.read(`${topic}.dlq`)).toEqual([
    {
      key: 'a',
      value: '{broken',
      timestamp,
      headers: {
        ce_id: 'e-2',
        'dlq-topic': topic,
        'dlq-partition': '0',
        'dlq-offset': '1',
        'dlq-group': groupId,
        'dlq-attempts': '1',
        'dlq-reason': 'PoisonMessage: not JSON',
        'dlq-at': expect.stringMatching(/^\d{4}-/),
      },
    },
  ]);
  await eventually(async () => expect(await topics.committed(groupId, topic)).toBe(3));
});

test('a message whose handler fails is tried as often as told, then given up', async () => {
  const topic = await topics.make();
  await topics.publish(topic, { key: 'a', value: 'bad' }, { key: 'a', value: 'good' });
  const tries: string[] = [];
  const handle = async ({ value }: { value: string }) => {
    tries.push(value);
    if (value === 'bad') throw new Error('as always');
  };
  start({ topic, handle, maxAttempts: 3 });
  await eventually(() => expect(tries).toEqual(['bad', 'bad', 'bad', 'good']));
  const [letter] = await topics.read(`${topic}.dlq`);
  expect(letter?.headers).toMatchObject({ 'dlq-attempts': '3', 'dlq-reason': 'Error: as always' });
});

test('a store that is away is waited for, and nothing is given up', async () => {
  const topic = await topics.make();
  await topics.publish(topic, { key: 'a', value: '1' }, { key: 'a', value: '2' });
  let away = true;
  let tries = 0;
  const handled: string[] = [];
  start({
    topic,
    maxAttempts: 2,
    handle: async ({ value }) => {
      tries += 1;
      if (away) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      handled.push(value);
    },
  });
  await eventually(() => expect(tries).toBeGreaterThan(4));
  away = false;
  await eventually(() => expect(handled).toEqual(['1', '2']));
  expect(await topics.read(`${topic}.dlq`)).toEqual([]);
});

test('a message whose effect was not finished comes again to the next consumer of the group, a finished one does not', async () => {
  const topic = await topics.make();
  const groupId = uniqueName('group');
  await topics.publish(topic, { key: 'a', value: '1' }, { key: 'a', value: '2' }, { key: 'a', value: '3' });
  let arrivedAtSecond = false;
  const first = start({
    topic,
    groupId,
    backoffMs: 60_000,
    handle: async ({ value }) => {
      if (value === '1') return;
      arrivedAtSecond = true;
      throw Object.assign(new Error('store away'), { code: 'ECONNREFUSED' });
    },
  });
  await eventually(() => expect(arrivedAtSecond).toBe(true));
  await first.stop();
  const second: string[] = [];
  start({ topic, groupId, handle: async ({ value }) => void second.push(value) });
  await eventually(() => expect(second).toEqual(['2', '3']));
});

test('a consumer that is killed with its process leaves what it had not finished to another', async () => {
  const topic = await topics.make();
  const groupId = uniqueName('group');
  await topics.publish(topic, { key: 'a', value: '1' }, { key: 'a', value: '2' });
  // Cut off from the broker in the midst of a message, which is all that the group sees of a kill -9.
  const client = new CutOffKafka();
  const released = Promise.withResolvers<void>();
  const cutOff: string[] = [];
  const dead = start({
    topic,
    groupId,
    kafka: client.kafka,
    handle: async ({ value }) => {
      cutOff.push(value);
      client.cut();
      await released.promise;
    },
  });
  await eventually(() => expect(cutOff).toEqual(['1']));
  const survivor: string[] = [];
  start({ topic, groupId, handle: async ({ value }) => void survivor.push(value) });
  await eventually(() => expect(survivor).toEqual(['1', '2']), { timeoutMs: 25_000 });
  released.resolve();
  await dead.stop();
});

test('a handler that takes longer than the group’s patience keeps its place in the group', async () => {
  const topic = await topics.make();
  await topics.publish(topic, { key: 'a', value: 'slow' }, { key: 'a', value: 'next' });
  const seen: string[] = [];
  start({
    topic,
    handle: async ({ value }) => {
      seen.push(value);
      if (value === 'slow') await new Promise((resolve) => setTimeout(resolve, 8_000));
    },
  });
  await eventually(() => expect(seen).toEqual(['slow', 'next']), { timeoutMs: 20_000 });
});

test('a topic that does not exist yet is waited for', async () => {
  const topic = uniqueName('events-late');
  const seen: string[] = [];
  start({ topic, handle: async ({ value }) => void seen.push(value) });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await topics.make(1, topic);
  await topics.publish(topic, { key: 'a', value: 'late' });
  await eventually(() => expect(seen).toEqual(['late']), { timeoutMs: 20_000 });
});

test('a broker that is away at first, and goes away later, is waited for', async () => {
  const topic = await topics.make();
  await topics.publish(topic, { key: 'a', value: '1' });
  const client = new CutOffKafka();
  client.cut();
  const seen: string[] = [];
  const consumer = start({
    topic,
    kafka: client.kafka,
    handle: async ({ value }) => void seen.push(value),
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  client.mend();
  await eventually(() => expect(seen).toEqual(['1']), { timeoutMs: 20_000 });
  client.cut();
  await topics.publish(topic, { key: 'a', value: '2' });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  client.mend();
  await eventually(() => expect(seen.at(-1)).toBe('2'), { timeoutMs: 40_000 });
  await consumer.stop();
});

test('a consumer stops in seconds where no broker answers', async () => {
  const consumer = consume({
    kafka: kafkaClient('alone', [`127.0.0.1:${await freePort()}`]),
    groupId: uniqueName('group'),
    topic: 'nowhere',
    handle: async () => undefined,
  });
  const begin = Date.now();
  await consumer.stop();
  expect(Date.now() - begin).toBeLessThan(5_000);
});

test('many waiting messages are handled together, and none is lost when some of them are wrong', async () => {
  const topic = await topics.make();
  await topics.publish(topic, ...Array.from({ length: 100 }, (_, n) => ({ key: 'a', value: String(n) })));
  const handled = new Set<string>();
  const sizes: number[] = [];
  const refuse = (value: string) => {
    if (value === '42') throw new PoisonMessage('the answer');
  };
  start({
    topic,
    handle: async ({ value }) => {
      refuse(value);
      handled.add(value);
    },
    together: {
      atMost: 25,
      handle: async (deliveries) => {
        for (const { value } of deliveries) refuse(value);
        sizes.push(deliveries.length);
        for (const { value } of deliveries) handled.add(value);
      },
    },
  });
  await eventually(() => expect(handled.size).toBe(99));
  expect(Math.max(...sizes)).toBe(25);
  expect((await topics.read(`${topic}.dlq`)).map(({ value }) => value)).toEqual(['42']);
});
