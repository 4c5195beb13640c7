import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, ScalarType } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fileDescriptorSet } from '@ipe/contracts/gen/descriptors';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { cloudEventHeaders } from './cloud-event.ts';
import { deadLetter } from './dead-letter.ts';

type Schema = { type?: string; format?: string; $ref?: string; properties?: Record<string, Schema> };
type Channel = { address: string; bindings: { kafka: { partitions: number } } };
type Message = {
  headers: { $ref: string };
  payload: { $ref?: string };
  examples?: { headers: object; payload: unknown }[];
};
type Document = {
  asyncapi: string;
  channels: Record<string, Channel>;
  components: { schemas: Record<string, Schema>; messages: Record<string, Message> };
};

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const document = parse(read('docs/asyncapi.yaml')) as Document;
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, Buffer.from(fileDescriptorSet, 'base64')));

test.each([
  ['EntryEvent', 24],
  ['TransactionEvent', 31],
  ['TransactionLine', 4],
])('%s is described with the %i fields of its proto message', (name, count) => {
  expect(described(document.components.schemas[name])).toEqual(jsonFields(name));
  expect(jsonFields(name)).toHaveLength(count);
});

test('a field that is missing, of another name or of another type is noticed', () => {
  const { properties: known = {} } = document.components.schemas['EntryEvent'] ?? {};
  const { hash, ...withoutHash } = known;
  const wrong = [withoutHash, { ...withoutHash, digest: hash }, { ...known, sequence: { type: 'integer' } }];
  for (const properties of wrong) expect(described({ properties } as Schema)).not.toEqual(jsonFields('EntryEvent'));
});

/** The fields of a proto message, and how its JSON form writes each. */
function jsonFields(name: string): [string, string | undefined][] {
  return (registry.getMessage(`bank.events.v1.${name}`)?.fields ?? []).map((field) => {
    if (field.fieldKind === 'list') return [field.jsonName, 'array'];
    if (field.fieldKind === 'map') return [field.jsonName, 'object'];
    if (field.fieldKind === 'message') return [field.jsonName, jsonForm[field.message.typeName]];
    return [field.jsonName, field.fieldKind === 'scalar' ? jsonForm[ScalarType[field.scalar]] : undefined];
  });
}

function described(schema: Schema | undefined): [string, string][] {
  return Object.entries(schema?.properties ?? {}).map(([field, { type, format, $ref }]) => [
    field,
    [type, format, $ref].filter(Boolean).join(' '),
  ]);
}

/** How proto3 JSON writes a type; another one must be added here, and its form thought about. */
const jsonForm: Readonly<Record<string, string>> = {
  STRING: 'string',
  INT64: '#/components/schemas/Int64',
  INT32: 'integer',
  'google.protobuf.Timestamp': 'string date-time',
};

test('every topic of the platform is described, and no other, with its partitions', () => {
  const topics = JSON.parse(read('tools/topics.json')) as { topic: string; partitions: number }[];
  const described = Object.values(document.channels).map(({ address, bindings }) => ({
    topic: address,
    partitions: bindings.kafka.partitions,
  }));
  const byName = (a: { topic: string }, b: { topic: string }) => a.topic.localeCompare(b.topic);
  expect(described.sort(byName)).toEqual(topics.sort(byName));
});

test('every reference within the document leads somewhere', () => {
  const references = [...read('docs/asyncapi.yaml').matchAll(/\$ref: ['"](#[^'"]+)['"]/g)].map(
    ([, reference]) => `${reference}`,
  );
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references) expect([reference, resolve(reference)]).toEqual([reference, expect.anything()]);
});

test('the examples are what their schemas allow', () => {
  for (const [name, { headers, payload, examples = [] }] of Object.entries(document.components.messages)) {
    for (const example of examples) {
      expect([name, problems(headers.$ref, example.headers)]).toEqual([name, []]);
      if (payload.$ref) expect([name, problems(payload.$ref, example.payload)]).toEqual([name, []]);
    }
  }
});

test('the headers that the library writes are the headers described', () => {
  const time = new Date('2026-11-21T12:00:00.000Z');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const headers = cloudEventHeaders({ id: 'e-1', source: '/bank/x', type: 'bank.entries.v1', time, traceparent });
  expect(Object.keys(headers).sort()).toEqual(properties('CloudEventHeaders'));
  expect(problems('#/components/schemas/CloudEventHeaders', headers)).toEqual([]);
  const why = { topic: 't', partition: 0, offset: '1', group: 'g', attempts: 1, reason: 'r', at: time };
  const message = { key: null, value: null, headers: {}, timestamp: '0', attributes: 0, offset: '1' };
  const letter = deadLetter(message, why);
  // The one that is left out is written by npm run deadletters.
  const written = properties('DeadLetterHeaders').filter((name) => name !== 'dlq-replayed-of');
  expect(Object.keys(letter.headers ?? {}).sort()).toEqual(written);
});

function properties(schema: string): string[] {
  return Object.keys(document.components.schemas[schema]?.properties ?? {}).sort();
}

function resolve(reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], document);
}

function problems(reference: string, value: unknown): unknown[] {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile({ $ref: reference, components: document.components });
  validate(value);
  return validate.errors ?? [];
}
