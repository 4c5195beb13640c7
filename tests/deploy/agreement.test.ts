// docker-compose.yml and the platform of plain processes (engines/, tools/topology.mjs) must be the same platform.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enginePorts } from '../../engines/engines.mjs';
import { envFor, operator, serviceNames, servicePorts } from '../../tools/topology.mjs';
import { literalSettings, service } from './compose-file.ts';
import { read } from './repository.ts';

const tag = (name: string): string => service(name).image?.split(':')[1] ?? '';

/** The text of an element of a Maven file. */
const pom = (file: string, element: string): string => {
  const value = new RegExp(`<${element}>([^<]+)</${element}>`).exec(read(file))?.[1];
  if (!value) throw new Error(`${file} has no <${element}>`);
  return value;
};

const redisFolder = fileURLToPath(new URL('../../engines/redis/target/bin', import.meta.url));
const redisFiles = existsSync(redisFolder) ? readdirSync(redisFolder) : [];
const redisName = redisFiles.find(
  (name) => process.platform === 'linux' && process.arch === 'x64' && name.endsWith('-linux-amd64'),
);
const redisServer = redisName && join(redisFolder, redisName);
if (!redisServer) console.warn('SKIPPED: engines/ has not been fetched here, so Redis’ version was not compared.');

const environmentOf = (name: string): Record<string, string> => service(name).environment ?? {};

describe('engines', () => {
  test('have the versions of engines/', () => {
    expect(tag('kafka')).toBe(pom('engines/pom.xml', 'kafka.version'));
    expect(tag('elasticsearch')).toBe(pom('engines/pom.xml', 'elasticsearch.version'));
    expect(tag('kibana')).toBe(tag('elasticsearch'));
    expect(tag('dynamodb')).toBe(pom('engines/pom.xml', 'dynamodb.version'));
    expect(tag('connect')).toBe(tag('kafka'));
    expect(read('kafka-connect/Dockerfile')).toContain(`FROM apache/kafka:${tag('kafka')}`);
  });

  // The jar is called by another version than the server in it: only the server itself knows.
  (redisServer ? test : test.skip)('Redis has the version of the server that engines/ runs', () => {
    const [, version] = / v=([\d.]+) /.exec(execFileSync(redisServer ?? '', ['--version'], { encoding: 'utf8' })) ?? [];
    expect(tag('redis')).toBe(`${version}-alpine`);
  });

  test('have the ports of engines/', () => {
    const ports = enginePorts();
    const published = ['kafka', 'connect', 'elasticsearch', 'dynamodb', 'redis'].map((name) => [
      name,
      service(name).ports?.map((port) => Number(port.split(':')[1])),
    ]);
    expect(Object.fromEntries(published)).toEqual({
      kafka: [ports.kafka],
      connect: [ports.connect],
      elasticsearch: [ports.elasticsearch],
      dynamodb: [ports.dynamodb],
      redis: [ports.redis],
    });
  });

  test('Kafka has the settings of engines/kafka.mjs', () => {
    const settings = literalSettings('engines/kafka.mjs');
    // Two listeners for clients instead of one.
    for (const own of [
      'name',
      'inter.broker.listener.name',
      'controller.listener.names',
      'listener.security.protocol.map',
    ])
      settings.delete(own);
    expect(settings.get('auto.create.topics.enable')).toBe('false');
    const kafka = environmentOf('kafka');
    for (const [name, value] of settings) {
      const variable = `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`;
      expect([variable, kafka[variable]]).toEqual([variable, value.replaceAll('_', '')]);
    }
  });

  test('Kafka tells programs of this machine an address that they can reach', () => {
    const { KAFKA_ADVERTISED_LISTENERS: advertised } = environmentOf('kafka');
    expect(advertised).toBe(`INSIDE://kafka:9092,OUTSIDE://127.0.0.1:${enginePorts().kafka}`);
  });

  test('the Connect worker has the settings of engines/connect.mjs', () => {
    const lines = read('kafka-connect/worker.properties')
      .split('\n')
      .filter((line) => /^[a-z]/.test(line));
    const worker = new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    const settings = literalSettings('engines/connect.mjs');
    settings.delete('name');
    settings.delete('rest.advertised.host.name'); // in a container its own host name is right
    expect(settings.size).toBeGreaterThan(15);
    for (const [name, value] of settings) expect([name, worker.get(name)]).toEqual([name, value]);
    const addresses = ['bootstrap.servers', 'listeners', 'plugin.path'];
    expect([...worker.keys()].sort()).toEqual([...settings.keys(), ...addresses].sort());
  });

  test('the connectors’ settings read what the Connect worker is given', () => {
    const used = read('kafka-connect/connectors/bank-transactions-elasticsearch.json').matchAll(/\$\{env:(\w+)\}/g);
    for (const [, variable] of used) expect(environmentOf('connect')).toHaveProperty([variable ?? '']);
  });

  test('Elasticsearch makes no index by itself that engines/elasticsearch.mjs would not, but Kibana’s', () => {
    const allowed = /auto_create_index: "([^"]+)"/.exec(read('engines/elasticsearch.mjs'))?.[1];
    expect(environmentOf('elasticsearch')['action.auto_create_index']).toBe(`${allowed},.*`);
    expect(environmentOf('elasticsearch')).toMatchObject({
      'cluster.name': 'ipe',
      'discovery.type': 'single-node',
      'xpack.security.enabled': 'false',
      'cluster.routing.allocation.disk.threshold_enabled': 'false',
    });
  });

  test('Redis and DynamoDB have the settings of engines/', () => {
    const settings = literalSettings('engines/redis.mjs');
    const redis = ['save', 'appendonly', 'maxmemory', 'maxmemory-policy'].flatMap((name) => [
      `--${name}`,
      settings.get(name) ?? 'none',
    ]);
    expect(service('redis').command).toEqual(['redis-server', ...redis]);
    for (const flag of ['-sharedDb', '-disableTelemetry']) {
      expect(read('engines/dynamodb.mjs')).toContain(`'${flag}'`);
      expect(service('dynamodb').command).toContain(flag);
    }
  });
});

/** What differs on purpose: the address that they listen on, how long they drain, and where traces go. */
const ofContainers = /^(HTTP_ADDRESS|GRPC_ADDRESS|DRAIN_MS|OTEL_\w+)$/;

describe.each(serviceNames)('%s', (name) => {
  const environment = environmentOf(name);

  test('accepts its configuration, and knows each of its variables', async () => {
    const { configSchema } = await import(`../../services/${name}/src/config.ts`);
    expect(configSchema.safeParse(environment).error?.issues ?? []).toEqual([]);
    const variables = Object.keys(environment).filter((variable) => !variable.startsWith('OTEL_'));
    expect(Object.keys(configSchema.shape)).toEqual(expect.arrayContaining(variables));
  });

  test('is told the same things as a plain process', () => {
    const plain = envFor(name);
    const told = Object.keys(plain).filter((variable) => !['PATH', 'NODE_ENV'].includes(variable));
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(told));
    for (const variable of told) {
      if (ofContainers.test(variable) || /KEYS?$|ADDRESS$|BROKERS$|ENDPOINT$|URL$/.test(variable)) continue;
      expect([variable, environment[variable]]).toEqual([variable, plain[variable]]);
    }
    const more = Object.keys(environment).filter(
      (variable) => !told.includes(variable) && !ofContainers.test(variable),
    );
    expect(more).toEqual(name === 'gateway' ? ['ISSUER_JWKS_URI'] : []);
  });

  test('listens on the ports of the README, and looks for each neighbour where it listens', () => {
    const { http, grpc } = servicePorts(name);
    expect(environment['HTTP_ADDRESS']).toBe(`0.0.0.0:${http}`);
    expect(environment['GRPC_ADDRESS']).toBe(grpc && `0.0.0.0:${grpc}`);
    for (const other of serviceNames) {
      const address = environment[`${other.toUpperCase()}_ADDRESS`];
      if (address) expect(address).toBe(`${other}:${servicePorts(other).grpc}`);
    }
  });
});

test('auth knows the operator whom the main job signs in as', () => {
  expect(environmentOf('auth')['OPERATOR_CLIENT_SECRET']).toBe(operator.clientSecret);
});

test('the gateway reads the keys of the issuer that it trusts', () => {
  const { ISSUER, ISSUER_JWKS_URI } = environmentOf('gateway');
  expect(ISSUER).toBe(environmentOf('auth')['ISSUER']);
  expect(new URL(ISSUER_JWKS_URI ?? '').pathname).toBe(`${new URL(ISSUER ?? '').pathname}/jwks`);
});
