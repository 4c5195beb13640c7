// Kafka Connect: a distributed worker whose connectors are put there by kafka-connect/apply.mjs.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { enginesDir, heap, javaBinary, javaEnv, log4jSettings, writeProperties } from './java.mjs';

const settings = (plugins, ports) => ({
  'bootstrap.servers': `127.0.0.1:${ports.kafka}`,
  'group.id': 'ipe-connect',
  listeners: `http://127.0.0.1:${ports.connect}`,
  'rest.advertised.host.name': '127.0.0.1',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': false,
  'config.storage.topic': '_connect-configs',
  'config.storage.replication.factor': 1,
  'offset.storage.topic': '_connect-offsets',
  'offset.storage.replication.factor': 1,
  'offset.storage.partitions': 1,
  'status.storage.topic': '_connect-status',
  'status.storage.replication.factor': 1,
  'status.storage.partitions': 1,
  'offset.flush.interval.ms': 5000,
  // A worker that died takes its tasks up at once when it is back: nobody else would.
  'scheduled.rebalance.max.delay.ms': 0,
  'session.timeout.ms': 6000,
  'heartbeat.interval.ms': 2000,
  // Connector settings name addresses and secrets by ${env:ELASTICSEARCH_…}, and nothing else of the environment.
  'config.providers': 'env',
  'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
  'config.providers.env.param.allowlist.pattern': 'ELASTICSEARCH_.*',
  'plugin.path': plugins,
  'plugin.discovery': 'service_load',
});

export const connect = {
  name: 'connect',
  needs: ['kafka'],
  ports: ['connect'],
  data: [], // it keeps everything in Kafka
  prepare({ runDir, ports }) {
    const plugins = join(runDir, 'engines', 'connect-plugins');
    const sink = join(plugins, 'elasticsearch-sink');
    mkdirSync(sink, { recursive: true });
    copyFileSync(
      join(enginesDir, 'elasticsearch-sink/target/elasticsearch-sink.jar'),
      join(sink, 'elasticsearch-sink.jar'),
    );
    writeProperties(join(runDir, 'engines', 'connect.properties'), settings(plugins, ports));
  },
  command({ runDir, ports }) {
    const classPath = join(enginesDir, 'connect', 'target', 'lib', '*');
    const main = ['org.apache.kafka.connect.cli.ConnectDistributed', join(runDir, 'engines', 'connect.properties')];
    // The quick compiler only: it moves little data, and this halves its start and saves memory.
    const args = [...heap(256, 64), '-XX:TieredStopAtLevel=1', log4jSettings(runDir), '-cp', classPath, ...main];
    const env = { ...javaEnv(), ELASTICSEARCH_URL: `http://127.0.0.1:${ports.elasticsearch}` };
    return { command: javaBinary(), args, env };
  },
  probe: async ({ ports }) => {
    const answer = await fetch(`http://127.0.0.1:${ports.connect}/connectors`, { signal: AbortSignal.timeout(5000) });
    return answer.ok;
  },
};
