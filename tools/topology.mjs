// One table of what runs where on a developer's machine, and what each service is told. Production has its own
// (helm/); nothing here is a secret of anybody.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineAddresses } from '../engines/engines.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiled code of packages and services, which saves each later start half a second (NODE_COMPILE_CACHE). */
export const compileCache = join(root, 'node_modules', '.cache', 'ipe-bank', 'compiled');

/** Where people's data lies, and on which ports: the platform of npm start. */
export const developmentRun = { runDir: join(root, '.data'), portOffset: 0, storage: 'disk' };

const PORTS = {
  auth: { http: 3001, grpc: 50051 },
  account: { http: 3002, grpc: 50052 },
  transaction: { http: 3003, grpc: 50053 },
  cards: { http: 3004, grpc: 50054 },
  checkout: { http: 3005, grpc: 50055 },
  statement: { http: 3006, grpc: 50056 },
  gateway: { http: 3000 },
};

export const serviceNames = Object.keys(PORTS);

/** { http, grpc? } of a service; tests add 10000. */
export function servicePorts(name, portOffset = 0) {
  return Object.fromEntries(Object.entries(PORTS[name]).map(([kind, port]) => [kind, port + portOffset]));
}

/**
 * A key for development only: the same on every machine, because stored cards and clients are unknown under another
 * one, and worth nothing, because anybody can read how it is made.
 */
const developmentKey = (purpose) =>
  createHash('sha256').update(`ipe-bank, development only: ${purpose}`).digest('base64');

/** The operator's sign-in (client credentials) of the development platform. */
export const operator = { clientId: 'operator', clientSecret: 'operator-of-development-only' };

const grpcAddress = (name, portOffset) => `127.0.0.1:${servicePorts(name, portOffset).grpc}`;

/** What several services are told: who is where. */
function neighbours(portOffset, names) {
  return Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_ADDRESS`, grpcAddress(name, portOffset)]));
}

const issuer = (portOffset) => `http://127.0.0.1:${servicePorts('auth', portOffset).http}/oidc`;

/** Where a service keeps what it owns. */
const store = ({ dynamodb }) => ({ DYNAMODB_ENDPOINT: dynamodb, AWS_REGION: 'sa-east-1', TABLE_PREFIX: 'ipe-' });

/** What a service alone is told, beside what every service is. */
const OWN = {
  auth: (offset, engines) => ({
    ...store(engines),
    ISSUER: issuer(offset),
    COOKIE_KEYS: developmentKey('cookies of the sign-in pages'),
    KEY_SEALING_KEY: developmentKey('seals signing keys'),
    CLIENT_SECRET_KEY: developmentKey('secrets of clients'),
    OPERATOR_CLIENT_SECRET: operator.clientSecret,
  }),
  account: (offset, engines) => ({
    ...store(engines),
    ...neighbours(offset, ['transaction']),
    KAFKA_BROKERS: engines.kafka,
  }),
  transaction: (offset, engines) => ({
    ...store(engines),
    ...neighbours(offset, ['cards']),
    KAFKA_BROKERS: engines.kafka,
    FINGERPRINT_KEY: developmentKey("fingerprints of the ledger's requests"),
    // Fixed when the ledger is begun: after `npm run reset`.
    ...(process.env.SHARDS ? { SHARDS: process.env.SHARDS } : {}),
  }),
  cards: (offset, engines) => ({
    ...store(engines),
    ...neighbours(offset, ['account']),
    PAN_SEALING_KEY: developmentKey('seals card numbers'),
    PAN_INDEX_KEY: developmentKey('blind index of card numbers'),
    CVV_KEY: developmentKey('card verification values'),
    // The demo's largest card has 100,000.00.
    MAX_LIMIT_CENTS: '20000000',
  }),
  checkout: (offset, engines) => ({
    ...store(engines),
    ...neighbours(offset, ['account', 'transaction']),
    FINGERPRINT_KEY: developmentKey('fingerprints of payment requests'),
  }),
  statement: (_offset, engines) => ({ ...store(engines), KAFKA_BROKERS: engines.kafka }),
  gateway: (offset, engines) => ({
    ...neighbours(offset, ['auth', 'account', 'transaction', 'cards', 'checkout', 'statement']),
    ISSUER: issuer(offset),
    REDIS_URL: engines.redis,
    // A file of orders comes from one machine, under a few customers' names.
    RATE_LIMIT_PER_MINUTE: '60000',
    SIGNUP_LIMIT_PER_MINUTE: '6000',
  }),
};

/** The whole environment of a service, PATH included; nothing else of the caller's environment reaches it. */
export function envFor(name, { portOffset = 0 } = {}) {
  const ports = servicePorts(name, portOffset);
  const engines = engineAddresses(portOffset);
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    OTEL_SERVICE_NAME: name,
    ...(process.env.OTEL_EXPORTER_OTLP_ENDPOINT
      ? { OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT }
      : {}),
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    DRAIN_MS: '0',
    HTTP_ADDRESS: `127.0.0.1:${ports.http}`,
    ...(ports.grpc ? { GRPC_ADDRESS: `127.0.0.1:${ports.grpc}` } : {}),
    ...OWN[name]?.(portOffset, engines),
  };
}

/** Where people and the main job find the platform. */
export function platformAddresses(portOffset = 0) {
  const at = (name) => `http://127.0.0.1:${servicePorts(name, portOffset).http}`;
  const { elasticsearch, connect, kafka } = engineAddresses(portOffset);
  return {
    gateway: at('gateway'),
    issuer: issuer(portOffset),
    transactionMetrics: `${at('transaction')}/metrics`,
    elasticsearch,
    connect,
    kafka,
  };
}
