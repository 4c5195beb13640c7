import { cloudEventHeaders, headerText } from './cloud-event.ts';
import { deadLetter, deadLetterTopic } from './dead-letter.ts';

const message = {
  key: Buffer.from('acc_1'),
  value: Buffer.from('{}'),
  headers: { ce_id: Buffer.from('e-1') },
  timestamp: '1700000000000',
  attributes: 0,
  offset: '7',
};
const why = {
  topic: 'bank.entries.v1',
  partition: 2,
  offset: '7',
  group: 'statement',
  attempts: 4,
  reason: 'Error: no',
  at: new Date('2026-11-21T12:00:00.000Z'),
};

test('a dead letter keeps key, value, record time and headers, and adds where it was and why', () => {
  const letter = deadLetter(message, why);
  expect(letter).toMatchObject({ key: message.key, value: message.value, timestamp: '1700000000000' });
  expect(letter.headers).toEqual({
    ce_id: Buffer.from('e-1'),
    'dlq-topic': 'bank.entries.v1',
    'dlq-partition': '2',
    'dlq-offset': '7',
    'dlq-group': 'statement',
    'dlq-attempts': '4',
    'dlq-reason': 'Error: no',
    'dlq-at': '2026-11-21T12:00:00.000Z',
  });
});

test('a long reason is cut, so that the dead letter always fits', () => {
  const letter = deadLetter(message, { ...why, reason: 'x'.repeat(10_000) });
  expect(headerText(letter.headers, 'dlq-reason')).toHaveLength(500);
});

test('the dead letters of a topic lie beside it', () => {
  expect(deadLetterTopic('bank.entries.v1')).toBe('bank.entries.v1.dlq');
});

test('an event’s headers are those of CloudEvents in binary mode, the trace beside them', () => {
  const attributes = {
    id: 'e-1',
    source: '/bank/transaction',
    type: 'bank.entries.v1',
    time: new Date('2026-11-21T12:00:00.000Z'),
  };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  expect(cloudEventHeaders(attributes)).toEqual({
    ce_specversion: '1.0',
    ce_id: 'e-1',
    ce_source: '/bank/transaction',
    ce_type: 'bank.entries.v1',
    ce_time: '2026-11-21T12:00:00.000Z',
    'content-type': 'application/json',
  });
  expect(cloudEventHeaders({ ...attributes, traceparent })).toMatchObject({ traceparent });
});

test('a header is read as text, the first where it is repeated', () => {
  expect(headerText({ a: Buffer.from('x') }, 'a')).toBe('x');
  expect(headerText({ a: [Buffer.from('x'), Buffer.from('y')] }, 'a')).toBe('x');
  expect(headerText({}, 'a')).toBeUndefined();
});
