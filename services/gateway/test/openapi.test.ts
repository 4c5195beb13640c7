import { Ajv2020 } from 'ajv/dist/2020.js';
import { routesOf } from '../src/adapters/http/openapi-document.ts';
import { allScopes } from '../src/adapters/tokens/scopes.ts';
import { controllers } from '../src/gateway.module.ts';
import { GatewayUnderTest } from './gateway-under-test.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document is looked into at every depth
type Json = any;

let bank: GatewayUnderTest;
let document: Json;
beforeAll(async () => {
  bank = await GatewayUnderTest.start();
  document = (await bank.get('/openapi.json')).body;
});
afterAll(() => bank.stop());

const operations = (): [string, Json][] =>
  Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, operation]): [string, Json] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );

test('it is an OpenAPI 3.1 document of Ipê Bank', () => {
  expect(document.openapi).toBe('3.1.1');
  expect(document.info.title).toBe('Ipê Bank');
});

test('it documents each route of the API, and no other', () => {
  const served = routesOf(controllers).map(
    ({ definition: { method, path } }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
  );
  expect(
    operations()
      .map(([name]) => name)
      .sort(),
  ).toEqual(served.sort());
});

test('every operation has an id of its own, a summary, an answer, problems, and all path parameters', () => {
  const ids = operations().map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [name, { summary, responses, parameters = [], tags }] of operations()) {
    expect([name, typeof summary, tags.length]).toEqual([name, 'string', 1]);
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    expect(responses['429'].content['application/problem+json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
    const inPath = parameters
      .filter((parameter: Json) => parameter.in === 'path')
      .map((parameter: Json) => parameter.name);
    expect(inPath).toEqual([...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
  }
});

test('every write documents its body and its required Idempotency-Key', () => {
  for (const [name, { parameters = [], requestBody }] of operations()) {
    if (name.startsWith('GET')) continue;
    const key = parameters.find((parameter: Json) => parameter.name === 'Idempotency-Key');
    expect([name, key?.required, typeof requestBody?.content['application/json'].schema]).toEqual([
      name,
      true,
      'object',
    ]);
  }
});

test('every scope is offered by the security scheme, and every one is needed by some route', () => {
  const { flows } = document.components.securitySchemes.oauth2;
  expect(flows.authorizationCode.authorizationUrl).toBe(`${bank.issuer.url}/auth`);
  expect(flows.clientCredentials.tokenUrl).toBe(`${bank.issuer.url}/token`);
  const needed = operations().flatMap(([, { security }]) => security.flatMap((way: Json) => way.oauth2 ?? []));
  expect(Object.keys(flows.authorizationCode.scopes).sort()).toEqual([...new Set(needed)].sort());
  expect(Object.keys(allScopes).sort()).toEqual([...new Set(needed)].sort());
});

test('every reference resolves, and every schema is JSON Schema 2020-12 whose examples obey it', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'bank', components: document.components });
  for (const name of Object.keys(document.components.schemas)) {
    const validate = ajv.getSchema(`bank#/components/schemas/${name}`);
    expect([name, typeof validate]).toEqual([name, 'function']);
  }
  const examples: [Json, Json][] = [];
  const collect = (node: Json): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node.examples))
      examples.push(...node.examples.map((example: Json): [Json, Json] => [node, example]));
    for (const child of Object.values(node)) collect(child);
  };
  collect(document.components.schemas);
  collect(document.paths);
  expect(examples.length).toBeGreaterThan(50);
  for (const [schema, example] of examples) expect([example, ajv.validate(schema, example)]).toEqual([example, true]);
});

test('amounts are strings, and a request’s unknown fields are forbidden', () => {
  const { Transfer, Transaction } = document.components.schemas;
  expect(Transfer.properties.amount).toMatchObject({ type: 'string', examples: ['10.00'] });
  expect(Transfer.additionalProperties).toBe(false);
  expect(Transaction.properties.amount.type).toBe('string');
});

test('the page at /docs loads everything from here, under a policy that runs no inline script', async () => {
  const page = await bank.get('/docs');
  expect(page.status).toBe(200);
  expect(page.body).toContain('<title>Ipê Bank</title>');
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)/);
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
  expect(assets.length).toBeGreaterThan(3);
  for (const asset of assets) {
    expect(asset).toMatch(/^\.\/docs\//);
    expect([asset, (await bank.get(asset.slice(1))).status]).toEqual([asset, 200]);
  }
});
