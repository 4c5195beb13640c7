// Kafka: one process that is broker and controller (KRaft). Topics are made by tools/topics.mjs, never by a typo.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { enginesDir, heap, javaBinary, javaEnv, log4jSettings, writeProperties } from './java.mjs';

const classPath = join(enginesDir, 'kafka', 'target', 'lib', '*');
const CLUSTER_ID = 'aXBlLWJhbmstbG9jYWwtMQ';

const settings = (dataDir, ports) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${ports.kafkaController}`,
  listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.kafkaController}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.kafka}`,
  'inter.broker.listener.name': 'PLAINTEXT',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': dataDir,
  'auto.create.topics.enable': false,
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  // A killed consumer may say with 6 s (Kafka's least) how soon its partitions go to another.
  'group.min.session.timeout.ms': 6000,
  'num.network.threads': 2,
  'num.io.threads': 4,
  'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
});

/** Asks for the cluster's metadata: ready is a broker that lists itself, not merely an open port. */
function listsABroker(port) {
  const clientId = Buffer.from('ipe-probe');
  const header = Buffer.alloc(10);
  header.writeInt16BE(3, 0); // Metadata
  header.writeInt16BE(4, 2); // version 4
  header.writeInt32BE(1, 4); // correlation id
  header.writeInt16BE(clientId.length, 8);
  const body = Buffer.from([0, 0, 0, 0, 0]); // no topics, no auto-creation
  const request = Buffer.concat([Buffer.alloc(4), header, clientId, body]);
  request.writeInt32BE(request.length - 4, 0);
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let answer = Buffer.alloc(0);
    const end = (ready) => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(2000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      // size (4), correlation id (4), throttle (4), number of brokers (4)
      if (answer.length >= 16) end(answer.readInt32BE(12) > 0);
    });
  });
}

export const kafka = {
  name: 'kafka',
  needs: [],
  ports: ['kafka', 'kafkaController'],
  data: ['kafka'],
  prepare({ runDir, ports }) {
    const config = join(runDir, 'engines', 'kafka.properties');
    const dataDir = join(runDir, 'engines', 'kafka');
    writeProperties(config, settings(dataDir, ports));
    if (existsSync(join(dataDir, 'meta.properties'))) return;
    const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config, '--ignore-formatted'];
    const args = ['-XX:TieredStopAtLevel=1', ...heap(128, 32), log4jSettings(runDir), '-cp', classPath, ...format];
    execFileSync(javaBinary(), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  },
  command({ runDir }) {
    const config = join(runDir, 'engines', 'kafka.properties');
    return {
      command: javaBinary(),
      args: [...heap(384), log4jSettings(runDir), '-cp', classPath, 'kafka.Kafka', config],
      env: javaEnv(),
    };
  },
  probe: ({ ports }) => listsABroker(ports.kafka),
};
