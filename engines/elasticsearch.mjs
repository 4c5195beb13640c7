// Elasticsearch: Elastic's integ-test build (engines/README.md tells what it lacks), one node, no security.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { enginesDir, javaEnv, javaHome, onPath } from './java.mjs';

const HEAP_MB = 512;
// Elasticsearch refuses to run as root (containers, CI): there it runs as nobody.
const asRoot = process.getuid?.() === 0;
const NOBODY = 65534;

function home() {
  const target = join(enginesDir, 'elasticsearch', 'target');
  const folder = existsSync(target) && readdirSync(target).find((name) => /^elasticsearch-\d/.test(name));
  if (!folder) throw new Error('Elasticsearch is not fetched: run npm start, or node engines/cli.mjs fetch');
  return join(target, folder);
}

const folders = (runDir) => {
  const base = join(runDir, 'engines', 'elasticsearch');
  return {
    base,
    config: join(base, 'config'),
    data: join(base, 'data'),
    logs: join(base, 'logs'),
    tmp: join(base, 'tmp'),
  };
};

/** Whether nobody can walk to this folder: a checkout below a private home directory is closed to other users. */
function closedToOthers(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return true;
    if (at === dirname(at)) return false;
  }
}

function dropRoot(command, runDir) {
  if (!asRoot) return { command, args: [] };
  if (!closedToOthers(runDir) && !closedToOthers(enginesDir)) return { command, args: [], uid: NOBODY, gid: NOBODY };
  if (!onPath('setpriv')) {
    throw new Error(
      `Elasticsearch does not run as root, and user nobody cannot read ${dirname(enginesDir)}: run as another user, or move the checkout.`,
    );
  }
  // nobody, but still able to walk through the closed folders above the checkout
  const drop = [
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    '--securebits=+no_setuid_fixup', // else access(2) forgets the capability
  ];
  return { command: 'setpriv', args: [...drop, command] };
}

const yml = (dirs, ports) => [
  'cluster.name: ipe',
  'node.name: ipe-1',
  'network.host: 127.0.0.1',
  `http.port: ${ports.elasticsearch}`,
  `transport.port: ${ports.elasticsearchTransport}`,
  'discovery.type: single-node',
  `path.data: ${JSON.stringify(dirs.data)}`,
  `path.logs: ${JSON.stringify(dirs.logs)}`,
  'xpack.security.enabled: false',
  // An index is made by its template or not at all: a typo must not become an index.
  'action.auto_create_index: "bank.*,test-*"',
  // A laptop's disk may be 90% full and still have room for this.
  'cluster.routing.allocation.disk.threshold_enabled: false',
];

const jvmOptions = (dirs) => [
  `-Xms${HEAP_MB}m`,
  `-Xmx${HEAP_MB}m`,
  '-XX:+UseSerialGC',
  `-Djava.io.tmpdir=${dirs.tmp}`,
  '-XX:+ExitOnOutOfMemoryError',
  '-XX:ReservedCodeCacheSize=96m',
  '-XX:TieredStopAtLevel=1',
];

export const elasticsearch = {
  name: 'elasticsearch',
  needs: [],
  ports: ['elasticsearch', 'elasticsearchTransport'],
  data: ['elasticsearch'],
  prepare({ runDir, ports }) {
    const dirs = folders(runDir);
    const distribution = home();
    for (const dir of Object.values(dirs)) mkdirSync(dir, { recursive: true });
    for (const script of readdirSync(join(distribution, 'bin'))) chmodSync(join(distribution, 'bin', script), 0o755);
    if (!existsSync(join(dirs.config, 'log4j2.properties')))
      cpSync(join(distribution, 'config'), dirs.config, { recursive: true });
    rmSync(join(dirs.config, 'jvm.options'), { force: true });
    writeFileSync(join(dirs.config, 'jvm.options'), `${jvmOptions(dirs).join('\n')}\n`);
    writeFileSync(join(dirs.config, 'elasticsearch.yml'), `${yml(dirs, ports).join('\n')}\n`);
    if (asRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, dirs.base]);
  },
  command({ runDir }) {
    const dirs = folders(runDir);
    const distribution = home();
    return {
      ...dropRoot(join(distribution, 'bin', 'elasticsearch'), runDir),
      cwd: dirs.base,
      env: {
        ...javaEnv(),
        HOME: dirs.base,
        ES_JAVA_HOME: javaHome(),
        ES_PATH_CONF: dirs.config,
        ES_TMPDIR: dirs.tmp,
        // The small process above the server, which only waits for its end.
        CLI_JAVA_OPTS: '-Xmx24m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=16m',
      },
    };
  },
  probe: async ({ ports }) => {
    const url = `http://127.0.0.1:${ports.elasticsearch}/_cluster/health?wait_for_status=yellow&timeout=2s`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(4000) });
    return answer.ok;
  },
};
