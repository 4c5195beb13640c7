// Which Java runs the engines, and what every one of them is told.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const enginesDir = dirname(fileURLToPath(import.meta.url));

/** The file of a program on PATH, or undefined. */
export function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** The Java home to use: JAVA_HOME, macOS' own answer, or where the `java` on PATH really lies. */
export function javaHome() {
  if (process.env.JAVA_HOME) return process.env.JAVA_HOME;
  if (process.platform === 'darwin') {
    const found = spawnSync('/usr/libexec/java_home', ['-v', '17+']);
    if (found.status === 0) return found.stdout.toString().trim();
  }
  const java = onPath('java');
  return java && dirname(dirname(realpathSync(java)));
}

export const javaBinary = () => join(javaHome(), 'bin', 'java');

/** What is missing for running and fetching engines, a line each; empty when nothing is. */
export function missingPrerequisites({ toFetch }) {
  const missing = [];
  const home = javaHome();
  if (!home || !existsSync(join(home, 'bin', 'java'))) {
    missing.push(
      'Java 17 or newer is missing: install a JDK (Debian: apt install openjdk-17-jdk-headless; macOS: brew install openjdk@17), or start a Docker engine.',
    );
  } else {
    const text =
      execFileSync(javaBinary(), ['-version'], { stdio: 'pipe', encoding: 'utf8' }) ||
      spawnSync(javaBinary(), ['-version']).stderr.toString();
    const major = Number(/version "(\d+)/.exec(text)?.[1]);
    if (major < 17)
      missing.push(
        `Java ${major} is too old, the engines need 17 or newer: set JAVA_HOME to a newer JDK (now ${home}).`,
      );
    else if (toFetch && !existsSync(join(home, 'bin', 'javac'))) {
      missing.push(
        `The Java at ${home} is only a runtime, and two small plugins are compiled: install a JDK (Debian: apt install openjdk-17-jdk-headless).`,
      );
    }
  }
  if (toFetch && !onPath('mvn'))
    missing.push(
      'Maven is missing: install it (Debian: apt install maven; macOS: brew install maven), or start a Docker engine.',
    );
  return missing;
}

// glibc keeps an arena a thread: two of them save tens of megabytes a process.
export const javaEnv = () => ({ PATH: process.env.PATH, MALLOC_ARENA_MAX: '2', LANG: 'C.UTF-8' });

/** Heap and collector: the serial collector has the smallest footprint, and these heaps are small. */
export const heap = (megabytes, initial = Math.min(megabytes, 128)) => [
  `-Xms${initial}m`,
  `-Xmx${megabytes}m`,
  '-XX:+UseSerialGC',
  '-Djava.awt.headless=true',
];

/** Writes a .properties file. */
export function writeProperties(file, values) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `${Object.entries(values)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n')}\n`,
  );
}

/** The log4j2 settings that Kafka and Connect share: warnings and worse, to the console, which is the engine's log file. */
export function log4jSettings(runDir) {
  const file = join(runDir, 'engines', 'log4j2.properties');
  writeProperties(file, {
    'rootLogger.level': 'WARN',
    'rootLogger.appenderRef.console.ref': 'Console',
    'appender.console.type': 'Console',
    'appender.console.name': 'Console',
    'appender.console.layout.type': 'PatternLayout',
    'appender.console.layout.pattern': '%d{yyyy-MM-dd HH:mm:ss.SSS} %-5p %c{1} - %m%n',
  });
  return `-Dlog4j2.configurationFile=${file}`;
}
