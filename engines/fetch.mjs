// Brings the engines from Maven Central, once: a stamp over the poms and our own Java sources skips a warm start.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesDir, missingPrerequisites } from './java.mjs';

const stampFile = join(enginesDir, 'target', 'fetched');

function wantedStamp() {
  const files = readdirSync(enginesDir, { recursive: true })
    .map(String)
    .filter((file) => /\.(xml|java|properties|SinkConnector)$/.test(file) && !/(^|[\\/])target[\\/]/.test(file))
    .sort();
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update(file).update(readFileSync(join(enginesDir, file)));
  return hash.digest('hex');
}

const enginesFetched = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp();

/** Puts the plugin that answers GET / into the distribution. */
function installRootPlugin() {
  const target = join(enginesDir, 'elasticsearch', 'target');
  const distribution = readdirSync(target).find((name) => /^elasticsearch-\d/.test(name));
  const plugin = join(target, distribution, 'plugins', 'elasticsearch-root');
  mkdirSync(plugin, { recursive: true });
  copyFileSync(
    join(enginesDir, 'elasticsearch-root/target/elasticsearch-root.jar'),
    join(plugin, 'elasticsearch-root.jar'),
  );
  copyFileSync(
    join(enginesDir, 'elasticsearch-root/plugin-descriptor.properties'),
    join(plugin, 'plugin-descriptor.properties'),
  );
  const bin = join(target, distribution, 'bin');
  for (const script of readdirSync(bin)) chmodSync(join(bin, script), 0o755);
}

function runMaven(print) {
  const maven = spawn('mvn', ['-B', '-ntp', '-f', join(enginesDir, 'pom.xml'), 'package'], {
    shell: process.platform === 'win32',
  });
  const last = [];
  let rest = '';
  const read = (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (last.push(line) > 400) last.shift();
      const step = /Building (\S+) .*\[(\d+)\/(\d+)\]/.exec(line);
      if (step && step[1] !== 'engines') print(`fetching ${step[1]} (${step[2] - 1} of ${step[3] - 1})`);
    }
  };
  maven.stdout.on('data', read);
  maven.stderr.on('data', read);
  return new Promise((resolve, reject) => {
    maven.on('error', reject);
    maven.on('close', (code) => {
      if (code === 0) return resolve();
      const reasons = last.filter((line) => line.includes('ERROR')).slice(0, 3);
      reject(
        new Error(
          ['Maven could not fetch the engines. It says:', ...(reasons.length > 0 ? reasons : last.slice(-5))].join(
            '\n    ',
          ),
        ),
      );
    });
  });
}

/** Fetches what is not there yet; `print` is given progress lines. Throws one clear line a missing prerequisite. */
export async function fetchEngines({ print = console.log } = {}) {
  const warm = enginesFetched();
  const missing = missingPrerequisites({ toFetch: !warm });
  if (missing.length > 0) throw new Error(missing.join('\n'));
  if (warm) return { fetched: false };
  await runMaven(print);
  installRootPlugin();
  mkdirSync(join(enginesDir, 'target'), { recursive: true });
  writeFileSync(stampFile, wantedStamp());
  return { fetched: true };
}
