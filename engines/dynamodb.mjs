// DynamoDB Local: on disk for people, in memory for tests.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { enginesDir, heap, javaBinary, javaEnv } from './java.mjs';

const dataDir = (runDir) => join(runDir, 'engines', 'dynamodb');

export const dynamodb = {
  name: 'dynamodb',
  needs: [],
  ports: ['dynamodb'],
  data: ['dynamodb'],
  prepare({ runDir }) {
    mkdirSync(dataDir(runDir), { recursive: true });
  },
  command({ runDir, ports, storage, dynamodbHeapMb = 384 }) {
    const lib = join(enginesDir, 'dynamodb', 'target', 'lib');
    const store = storage === 'memory' ? ['-inMemory'] : ['-dbPath', dataDir(runDir)];
    const args = [
      ...heap(dynamodbHeapMb),
      `-Dsqlite4java.library.path=${lib}`,
      `-Djava.library.path=${lib}`,
      '-Dlog4j2.level=ERROR',
      '-cp',
      join(lib, '*'),
      'software.amazon.dynamodb.services.local.main.ServerRunner',
      ...['-port', String(ports.dynamodb), '-sharedDb', ...store, '-disableTelemetry'],
    ];
    return { command: javaBinary(), args, env: javaEnv() };
  },
  probe: async ({ ports }) => {
    // Without a signature it answers 400 at once, which is all that readiness asks.
    const answer = await fetch(`http://127.0.0.1:${ports.dynamodb}/`, { signal: AbortSignal.timeout(2000) });
    return answer.status === 400;
  },
};
