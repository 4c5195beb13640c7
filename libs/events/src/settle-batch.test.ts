import type { EachBatchPayload, ProducerRecord } from 'kafkajs';
import type { ConsumerOptions } from './consumer-options.ts';
import type { Delivery } from './delivery.ts';
import { PoisonMessage } from './handling-error.ts';
import { settleBatch } from './settle-batch.ts';

const topic = 'things';

test('messages are handled in order, each offset counting after its effect', async () => {
  const world = new World(['a', 'b', 'c']);
  await world.settle({ handle: async ({ value }) => world.note(`handled ${value}`) });
  expect(world.notes).toEqual(['handled a', 'resolved 0', 'handled b', 'resolved 1', 'handled c', 'resolved 2']);
});

test('a poison message goes to the dead letters at once, and the ones behind it go through', async () => {
  const world = new World(['a', 'poison', 'c']);
  await world.settle({
    handle: async ({ value }) => {
      if (value === 'poison') throw new PoisonMessage('not ours');
    },
  });
  expect(world.deadLetters()).toEqual([['things.dlq', 'poison', 'PoisonMessage: not ours', '1']]);
  expect(world.outcomes).toEqual(['handled', 'dead_lettered', 'handled']);
  expect(world.resolved).toBe('2');
});

test('a message without a key or a value is poison', async () => {
  const world = new World(['a']);
  world.messages.push({ ...world.message('', 1), key: null });
  await world.settle({ handle: async () => undefined });
  expect(world.deadLetters()).toHaveLength(1);
});

test('a handler that fails for the message’s sake is tried as often as told, then the message is given up', async () => {
  const world = new World(['a']);
  let tries = 0;
  const handle = async () => {
    tries += 1;
    throw new Error('always');
  };
  await world.settle({ handle, maxAttempts: 3 });
  expect(tries).toBe(3);
  expect(world.outcomes).toEqual(['retried', 'retried', 'dead_lettered']);
  expect(world.deadLetters()).toEqual([['things.dlq', 'a', 'Error: always', '3']]);
});

test('a store that is away is waited for, longer than any number of attempts', async () => {
  const world = new World(['a']);
  let tries = 0;
  const handle = async () => {
    tries += 1;
    if (tries < 10) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  };
  await world.settle({ handle, maxAttempts: 2 });
  expect(world.deadLetters()).toEqual([]);
  expect(world.outcomes.at(-1)).toBe('handled');
});

test('a dead-letter topic that takes nothing is waited for: no message is passed by without a trace', async () => {
  const world = new World(['a']);
  world.sendFailures = 2;
  await world.settle({ handle: () => Promise.reject(new PoisonMessage('no')) });
  expect(world.deadLetters()).toHaveLength(1);
  expect(world.resolved).toBe('0');
});

test('nothing more is begun or counted once the consumer stops', async () => {
  const world = new World(['a', 'b', 'c']);
  await world.settle({
    handle: async ({ value }) => {
      world.note(`handled ${value}`);
      if (value === 'b') world.stopping.abort();
    },
  });
  expect(world.notes).toEqual(['handled a', 'resolved 0', 'handled b', 'resolved 1']);
});

test('a message that waits for its store when the consumer stops does not count', async () => {
  const world = new World(['a']);
  const handle = async () => {
    world.stopping.abort();
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  };
  await world.settle({ handle, backoffMs: 60_000 });
  expect(world.resolved).toBeUndefined();
});

test('messages are handled together, as many at once as told', async () => {
  const world = new World(['a', 'b', 'c', 'd', 'e']);
  const groups: string[][] = [];
  await world.settle({
    handle: async ({ value }) => void groups.push([value]),
    together: { atMost: 2, handle: async (deliveries) => void groups.push(deliveries.map(({ value }) => value)) },
  });
  expect(groups).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(world.resolved).toBe('4');
  expect(world.outcomes).toHaveLength(5);
});

test('messages that fail together are handled one by one, and only the wrong one is given up', async () => {
  const world = new World(['a', 'poison', 'c']);
  const handle = async ({ value }: Delivery) => {
    if (value === 'poison') throw new PoisonMessage('not ours');
    world.note(`handled ${value}`);
  };
  await world.settle({
    handle,
    together: { atMost: 10, handle: () => Promise.reject(new PoisonMessage('one of them')) },
  });
  expect(world.notes).toEqual(['handled a', 'resolved 0', 'resolved 1', 'handled c', 'resolved 2']);
  expect(world.deadLetters()).toHaveLength(1);
});

test('a store that has too much to do gets fewer at once, in order, and nothing is handled one by one', async () => {
  const world = new World(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  const groups: string[] = [];
  const handle = async (deliveries: readonly Delivery[]) => {
    groups.push(deliveries.map(({ value }) => value).join(''));
    if (deliveries.length > 2) throw Object.assign(new Error('too slow'), { name: 'TimeoutError' });
  };
  await world.settle({
    handle: () => Promise.reject(new Error('one by one')),
    together: { atMost: 10, handle },
  });
  expect(groups).toEqual(['abcdefg', 'abcd', 'ab', 'cd', 'efg', 'ef', 'g']);
  expect(world.resolved).toBe('6');
  expect(world.outcomes).toEqual(Array(7).fill('handled'));
});

test('no part of a group is begun once the consumer stops', async () => {
  const world = new World(['a', 'b', 'c', 'd']);
  const handle = async (deliveries: readonly Delivery[]) => {
    if (deliveries.length > 2) throw Object.assign(new Error('too slow'), { name: 'TimeoutError' });
    world.stopping.abort();
  };
  await world.settle({ handle: () => Promise.reject(new Error('one by one')), together: { atMost: 4, handle } });
  expect(world.resolved).toBe('1');
});

test('a failed heartbeat ends the batch after what was settled', async () => {
  const world = new World(['a', 'b']);
  world.heartbeatError = new Error('the group is rebalancing');
  await expect(world.settle({ handle: async () => undefined })).rejects.toThrow('rebalancing');
  expect(world.resolved).toBe('0');
});

/** A partition's batch, the group, and the dead letters, in memory. */
class World {
  readonly notes: string[] = [];
  readonly outcomes: string[] = [];
  readonly sent: ProducerRecord[] = [];
  readonly stopping = new AbortController();
  readonly messages: EachBatchPayload['batch']['messages'];
  resolved: string | undefined;
  sendFailures = 0;
  heartbeatError: Error | undefined;

  constructor(values: readonly string[]) {
    this.messages = values.map((value, at) => this.message(value, at));
  }

  message(value: string, at: number): EachBatchPayload['batch']['messages'][number] {
    return {
      key: Buffer.from('k') as Buffer | null,
      value: Buffer.from(value) as Buffer | null,
      headers: {},
      timestamp: '0',
      attributes: 0,
      offset: String(at),
    };
  }

  note(text: string): void {
    this.notes.push(text);
  }

  deadLetters() {
    return this.sent.flatMap(({ topic: to, messages }) =>
      messages.map(({ value, headers }) => [
        to,
        String(value),
        String(headers?.['dlq-reason']),
        String(headers?.['dlq-attempts']),
      ]),
    );
  }

  async settle(options: Pick<ConsumerOptions, 'handle' | 'together' | 'maxAttempts' | 'backoffMs'>): Promise<void> {
    const payload = {
      batch: { topic, partition: 0, messages: this.messages } as unknown as EachBatchPayload['batch'],
      resolveOffset: (offset: string) => {
        this.resolved = offset;
        this.note(`resolved ${offset}`);
      },
      heartbeat: async () => {
        if (this.heartbeatError) throw this.heartbeatError;
      },
      isRunning: () => true,
      isStale: () => false,
      commitOffsetsIfNecessary: async () => undefined,
    };
    await settleBatch(payload, {
      options: {
        backoffMs: 1,
        ...options,
        kafka: undefined as never,
        groupId: 'g',
        topic,
        onOutcome: (outcome) => this.outcomes.push(outcome),
      },
      producer: { send: (record) => this.send(record) },
      logger: { warn: () => undefined, error: () => undefined },
      stopping: this.stopping.signal,
    });
  }

  private async send(record: ProducerRecord) {
    if (this.sendFailures > 0) {
      this.sendFailures -= 1;
      throw new Error('no leader');
    }
    this.sent.push(record);
    return [];
  }
}
