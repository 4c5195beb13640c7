import type { Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { allScopes } from '../tokens/scopes.ts';
import { type Answer, isWrite, type RouteDefinition, routeMetadata } from './route.ts';

type Json = Record<string, unknown>;
type Schemas = Record<string, unknown>;
type Argument = { schema?: z.ZodType };

const tags = ['Customers', 'Accounts', 'Statement', 'Cards', 'Transfers', 'Shops', 'Orders', 'Payments', 'Operations'];

/** Made from the controllers themselves: routes, scopes and schemas are those that serve. */
export function openApiDocument(controllers: readonly Type[], issuer: string): OpenAPIObject {
  const schemas: Schemas = {};
  const paths: Record<string, Json> = {};
  const problemSchema = refer(problemAnswer, 'output', schemas);
  for (const { definition, args } of routesOf(controllers)) {
    const path = definition.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [definition.method.toLowerCase()]: operation(definition, args, schemas, problemSchema),
    };
  }
  const document: Json = {
    openapi: '3.1.1',
    info: {
      title: 'Ipê Bank',
      version: '1.0.0',
      description:
        'Accounts, cards, transfers, statements and shops. Amounts are decimal strings with the decimals of their ' +
        'currency, in BRL where none is named; times are RFC 3339 in UTC. ' +
        'Every write needs an Idempotency-Key: the same key gives the same answer, with another body it is refused (409).',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: { oauth2: oauth2(issuer), bearer } },
  };
  // Its type knows OpenAPI 3.0 only, where a schema may not be what JSON Schema 2020-12 allows.
  return document as unknown as OpenAPIObject;
}

/** Every route that a controller declares, with the schemas of its handler's arguments. */
export function routesOf(
  controllers: readonly Type[],
): { definition: RouteDefinition; args: Map<number, z.ZodType> }[] {
  return controllers.flatMap((controller) => {
    const prototype: Record<string, unknown> = controller.prototype;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      const definition =
        typeof handler === 'function'
          ? (Reflect.getMetadata(routeMetadata, handler) as RouteDefinition | undefined)
          : undefined;
      if (!definition) return [];
      const declared: Record<string, Argument> = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {};
      const args = Object.entries(declared).flatMap(([key, { schema }]): [number, z.ZodType][] =>
        schema ? [[Number.parseInt(key, 10), schema]] : [],
      );
      return [{ definition, args: new Map(args) }];
    });
  });
}

function operation(
  { method, path, summary, description, tag, access, answers, problems = {} }: RouteDefinition,
  args: Map<number, z.ZodType>,
  schemas: Schemas,
  problemSchema: Json,
): Json {
  const body = args.get(RouteParamtypes.BODY);
  const query = args.get(RouteParamtypes.QUERY);
  const params = args.get(RouteParamtypes.PARAM);
  const parameters = [
    ...parametersOf(params, 'path', schemas),
    ...parametersOf(query, 'query', schemas),
    ...(isWrite(method) ? [idempotencyKey] : []),
    ...(path.endsWith('/stream') ? [lastEventId] : []),
  ];
  return {
    operationId: operationId(method, path),
    summary,
    ...(description ? { description } : {}),
    tags: [tag],
    security: access === 'public' ? [] : access.flatMap((scope) => [{ oauth2: [scope] }, { bearer: [scope] }]),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: requestBody(body, schemas) } : {}),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer, schemas)])),
      ...problemResponses(
        { ...usualProblems(method, access === 'public', params !== undefined || body !== undefined), ...problems },
        problemSchema,
      ),
    },
  };
}

function requestBody(body: z.ZodType, schemas: Schemas): Json {
  const optional = body instanceof z.ZodOptional;
  return { required: !optional, content: { 'application/json': { schema: refer(body, 'input', schemas) } } };
}

function response(
  { description, schema, mediaType = 'application/json', headers = {} }: Answer,
  schemas: Schemas,
): Json {
  const described = Object.entries(headers).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  return {
    description,
    ...(described.length > 0 ? { headers: Object.fromEntries(described) } : {}),
    ...(schema ? { content: { [mediaType]: { schema: refer(schema, 'output', schemas) } } } : {}),
  };
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query', schemas: Schemas): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJson(schema, 'input', schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description ? { description } : {}),
    schema: rest,
  }));
}

/** A named schema becomes a component, once; an unnamed one stays where it is. */
function refer(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): Json {
  return toJson(schema, io, schemas);
}

function toJson(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): Json {
  // JSON Schema has no transformations: those of queries keep what a caller writes.
  const {
    $schema: _,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json & { $defs?: Schemas };
  for (const [name, definition] of Object.entries($defs)) schemas[name] = atComponents(definition);
  return atComponents(json) as Json;
}

function atComponents(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function operationId(method: string, path: string): string {
  const words = path.split('/').filter((part) => part !== '' && part !== 'v1');
  const named = words.map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part));
  return [method.toLowerCase(), ...named].join('-').replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function oauth2(issuer: string): Json {
  const endpoints = { tokenUrl: `${issuer}/token`, scopes: allScopes };
  return {
    type: 'oauth2',
    description: 'People sign in with the authorization code flow and PKCE, programs with client credentials.',
    flows: {
      authorizationCode: { authorizationUrl: `${issuer}/auth`, refreshUrl: `${issuer}/token`, ...endpoints },
      clientCredentials: endpoints,
    },
  };
}

const bearer = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'An access token got elsewhere, such as by `npm run token`',
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'Chosen by the caller; a repetition with the same key is answered the same and has no second effect',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$', examples: ['6f1c1d0e-3b43-4c5a-9d61-0b7f9c2f8a11'] },
};

const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event received: the stream goes on after it',
  schema: { type: 'string', examples: ['acc_8pZ3kQ:41'] },
};

const problemAnswer = z
  .object({
    type: z.string().meta({ examples: ['urn:ipe:problem:invalid_request'] }),
    title: z.string().meta({ examples: ['Invalid request'] }),
    status: z.int().meta({ examples: [400] }),
    code: z.string().meta({ examples: ['invalid_request'], description: 'Stable, for programs' }),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ field: z.string(), rule: z.string() }))
      .optional()
      .meta({ examples: [[{ field: 'amount', rule: 'must be more than zero' }]] }),
    requestId: z.string(),
    responseCode: z
      .string()
      .optional()
      .meta({ description: 'Of a decline: ABECS / ISO 8583 field 39', examples: ['51'] }),
    paymentId: z.string().optional(),
    orderId: z.string().optional(),
    transactionId: z.string().optional(),
    requiredScopes: z.array(z.string()).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

function usualProblems(method: string, open: boolean, named: boolean): Record<number, string> {
  const ofWrites = 'invalid_request, malformed_json, idempotency_key_missing, idempotency_key_invalid';
  const refusals: Record<number, string> = {
    400: isWrite(method) ? ofWrites : 'invalid_request',
    429: 'rate_limited',
    503: '<service>_unavailable: try again after Retry-After',
  };
  if (named) refusals[404] = 'not found, or somebody else’s';
  if (!open) {
    refusals[401] = 'token_missing, token_expired, token_invalid';
    refusals[403] = 'insufficient_scope, customers_only';
  }
  if (!isWrite(method)) return refusals;
  return { ...refusals, 409: 'idempotency_key_reused', 413: 'body_too_large', 415: 'unsupported_media_type' };
}

function problemResponses(problems: Record<number, string>, schema: Json): Json {
  return Object.fromEntries(
    Object.entries(problems).map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema } } },
    ]),
  );
}
