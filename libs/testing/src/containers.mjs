// Test engines as containers, by testcontainers, at the versions that engines/pom.xml names. They take the fixed test
// ports, and names, so that a fault test can kill one and start it again. Not run where this was written: no container
// registry was within reach; the ports, settings and addresses are those of engines/*.mjs.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { dockerAnswers } from '../../../engines/docker.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const NETWORK_ALIAS = { kafka: 'kafka', elasticsearch: 'elasticsearch' };
const containerName = (name) => `ipe-test-${name}`;

export const images = {
  kafka: 'apache/kafka:4.3.1',
  elasticsearch: 'docker.elastic.co/elasticsearch/elasticsearch:8.19.21',
  dynamodb: 'amazon/dynamodb-local:3.3.1',
  redis: 'redis:6.2.6-alpine',
};

const portOf = (address) => Number(address.split(':').at(-1));

function kafkaEnv(port) {
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LISTENERS: 'HOST://:9092,INSIDE://:9094,CONTROLLER://:9093',
    KAFKA_ADVERTISED_LISTENERS: `HOST://127.0.0.1:${port},INSIDE://kafka:9094`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'HOST:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'INSIDE',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_HEAP_OPTS: '-Xms128m -Xmx384m',
  };
}

async function describe({ GenericContainer, Wait }, name, port) {
  switch (name) {
    case 'kafka':
      return new GenericContainer(images.kafka)
        .withEnvironment(kafkaEnv(port))
        .withExposedPorts({ container: 9092, host: port })
        .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/));
    case 'elasticsearch':
      return new GenericContainer(images.elasticsearch)
        .withEnvironment({
          'discovery.type': 'single-node',
          'xpack.security.enabled': 'false',
          'action.auto_create_index': 'bank.*,test-*',
          ES_JAVA_OPTS: '-Xms512m -Xmx512m',
        })
        .withExposedPorts({ container: 9200, host: port })
        .withWaitStrategy(Wait.forHttp('/_cluster/health?wait_for_status=yellow', 9200));
    case 'dynamodb':
      return new GenericContainer(images.dynamodb)
        .withCommand(['-jar', 'DynamoDBLocal.jar', '-inMemory', '-sharedDb', '-disableTelemetry'])
        .withExposedPorts({ container: 8000, host: port })
        .withWaitStrategy(Wait.forHttp('/', 8000).forStatusCode(400));
    case 'redis':
      return new GenericContainer(images.redis).withExposedPorts({ container: 6379, host: port });
    case 'connect': {
      const image = await GenericContainer.fromDockerfile(root, 'kafka-connect/Dockerfile').build(
        'ipe/kafka-connect:test',
      );
      return image
        .withEnvironment({ KAFKA_BROKERS: 'kafka:9094', ELASTICSEARCH_URL: 'http://elasticsearch:9200' })
        .withExposedPorts({ container: 8083, host: port })
        .withWaitStrategy(Wait.forHttp('/connectors', 8083).withStartupTimeout(120_000));
    }
    default:
      throw new Error(`no container for ${name}`);
  }
}

/** Starts containers on the ports of `addresses`; connect after kafka, whose network it joins. */
export async function startContainers(names, addresses, print) {
  const testcontainers = await import('testcontainers');
  const network = 'ipe-test';
  spawnSync('docker', ['network', 'create', network], { stdio: 'ignore' }); // there already: fine
  const start = async (name) => {
    spawnSync('docker', ['rm', '--force', containerName(name)], { stdio: 'ignore' });
    const described = await describe(testcontainers, name, portOf(addresses[name]));
    described
      .withName(containerName(name))
      .withNetworkMode(network)
      .withNetworkAliases(NETWORK_ALIAS[name] ?? name);
    await described.start();
    print(`${name} ready`);
  };
  await Promise.all(names.filter((name) => name !== 'connect').map(start));
  if (names.includes('connect')) await start('connect');
}

/** The id of the container of this engine, running or stopped; empty when there is none. */
export function containerOf(name) {
  if (!dockerAnswers()) return '';
  const filter = ['--all', '--quiet', '--filter', `name=^${containerName(name)}$`];
  return execFileSync('docker', ['ps', ...filter], { encoding: 'utf8' }).trim();
}

export async function stopContainers(names) {
  const ids = names.map(containerOf).filter(Boolean);
  if (ids.length > 0) execFileSync('docker', ['rm', '--force', ...ids], { stdio: 'ignore' });
}

export async function killContainer(name) {
  execFileSync('docker', ['kill', containerOf(name)], { stdio: 'ignore' });
}

export async function restartContainer(name, answersNow) {
  execFileSync('docker', ['start', containerOf(name)], { stdio: 'ignore' });
  const deadline = Date.now() + 120_000;
  while (!(await answersNow())) {
    if (Date.now() > deadline) throw new Error(`${containerName(name)} did not answer within 120 s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
