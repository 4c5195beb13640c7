// Long-lived processes without a supervisor: each has a pid file (pid and birth time, so that a reused pid is never
// taken for ours), a log that is rotated once at start, and its own process group, so that Ctrl-C on the terminal
// reaches only the launcher, which then stops everything in order.
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const onLinux = process.platform === 'linux';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const pidFile = (runDir, name) => join(runDir, 'pids', `${name}.pid`);
export const logFile = (runDir, name) => join(runDir, 'logs', `${name}.log`);

/** Fields of /proc/<pid>/stat after the command name: [state, ppid, pgrp, …]. */
function procStat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** When the process was born, in the system's own notation; empty when there is no such living process. */
function bornAt(pid) {
  try {
    if (!onLinux)
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { stdio: 'pipe' })
        .toString()
        .trim();
    const fields = procStat(pid);
    return fields[0] === 'Z' ? '' : fields[19]; // a zombie is dead, only not yet reaped
  } catch {
    return ''; // it ended between two looks
  }
}

/** The pid of the running process of this name, or 0. */
export function pidOf(runDir, name) {
  if (!existsSync(pidFile(runDir, name))) return 0;
  const [pid, ...born] = readFileSync(pidFile(runDir, name), 'utf8').trim().split(' ');
  return pid && bornAt(pid) === born.join(' ') ? Number(pid) : 0;
}

/** Writes the pid file of a process that somebody else started (the launcher: of itself). */
export function writePidFile(runDir, name, pid) {
  mkdirSync(join(runDir, 'pids'), { recursive: true });
  writeFileSync(pidFile(runDir, name), `${pid} ${bornAt(pid)}`);
}

export function removePidFile(runDir, name) {
  rmSync(pidFile(runDir, name), { force: true });
}

/**
 * Starts a process that outlives its starter. Its output goes to logs/<name>.log, the former log to <name>.1.log.
 * Returns the child, whose `exit` event still tells its end for as long as the starter lives.
 */
export function spawnKept({ runDir, name, command, args, cwd, env, uid, gid }) {
  mkdirSync(join(runDir, 'logs'), { recursive: true });
  const log = logFile(runDir, name);
  if (existsSync(log)) renameSync(log, log.replace(/\.log$/, '.1.log'));
  const output = openSync(log, 'a');
  const child = spawn(command, args, { cwd, env, uid, gid, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  // A command that cannot be run at all is found by waitUntilReady: the process is not alive.
  child.on('error', (error) => writeFileSync(log, `${error.message}\n`, { flag: 'a' }));
  child.unref();
  if (child.pid) writePidFile(runDir, name, child.pid);
  return child;
}

/** The last lines of a log, for the one who has to be told why something died. */
function lastLines(runDir, name, count = 8) {
  if (!existsSync(logFile(runDir, name))) return [];
  const lines = readFileSync(logFile(runDir, name), 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.length > 0 ? lines.slice(-count) : ['(it wrote nothing)'];
}

/** Throws as soon as the process is dead, or when the deadline has passed; `probe` answers true when it is ready. */
export async function waitUntilReady({ runDir, name, probe, timeoutMs = 120_000 }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    // Probed before asked whether it is alive: who answers but has died is another's process on our port.
    const answered = await probe().catch(() => false);
    if (!pidOf(runDir, name)) {
      const tail = lastLines(runDir, name).map((line) => `    ${line}`);
      throw new Error(
        [`${name} ended while it was starting. Its last lines:`, ...tail, `  log: ${logFile(runDir, name)}`].join('\n'),
      );
    }
    if (answered) return;
    if (Date.now() > deadline)
      throw new Error(`${name} was not ready within ${timeoutMs / 1000} s; log: ${logFile(runDir, name)}`);
    await sleep(100);
  }
}

/** Signals the process and its children. False when none is left. */
function signalGroup(pid, signal) {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

/** Until the last of the group is gone, or only a zombie waits to be reaped: then its ports are free. */
async function killGroup(pid) {
  const deadline = Date.now() + 10_000;
  while (signalGroup(pid, 'SIGKILL') && groupLives(pid) && Date.now() < deadline) await sleep(20);
}

/** SIGTERM, then SIGKILL to the whole group when it does not end in time. Returns the milliseconds it took, 0 if it was not running. */
export async function stopProcess(runDir, name, timeoutMs = 30_000) {
  const pid = pidOf(runDir, name);
  if (!pid) {
    removePidFile(runDir, name);
    return 0;
  }
  const start = Date.now();
  process.kill(pid, 'SIGTERM');
  while (pidOf(runDir, name) && Date.now() - start < timeoutMs) await sleep(50);
  await killGroup(pid);
  removePidFile(runDir, name);
  return Math.max(1, Date.now() - start);
}

/** Sends a signal to the process and its children, and for SIGKILL waits until it is gone. */
export async function killProcess(runDir, name, signal = 'SIGKILL') {
  const pid = pidOf(runDir, name);
  if (!pid) return false;
  if (signal === 'SIGKILL') await killGroup(pid);
  else signalGroup(pid, signal);
  return true;
}

/** [{ living, kilobytes }] of the processes of a group. */
function groupMembers(group) {
  if (!onLinux) {
    const rows = execFileSync('ps', ['-axo', 'pgid=,stat=,rss=']).toString().trim().split('\n');
    const members = rows.map((row) => row.trim().split(/\s+/)).filter(([pgid]) => Number(pgid) === group);
    return members.map(([, state, rss]) => ({ living: !state.startsWith('Z'), kilobytes: Number(rss) }));
  }
  const members = [];
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = procStat(pid);
      if (Number(stat[2]) !== group) continue;
      // A killed process reads as a zombie while its last threads still end, and its ports are still open.
      const living = stat[0] !== 'Z' || Number(stat[17]) > 1;
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      members.push({ living, kilobytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) });
    } catch {
      // It ended between the listing and the look.
    }
  }
  return members;
}

const groupLives = (group) => groupMembers(group).some(({ living }) => living);

/** Resident megabytes of the process and everything it started (its process group); 0 when it does not run. */
export function residentMb(runDir, name) {
  const group = pidOf(runDir, name);
  if (!group) return 0;
  return Math.round(groupMembers(group).reduce((sum, { kilobytes }) => sum + kilobytes, 0) / 1024);
}

/** Resident megabytes of one process, without those it started. */
export function residentMbOf(pid) {
  if (!pid) return 0;
  if (!onLinux) return Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) / 1024);
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
}

/** Waits until no other living process holds the lock of this name, and takes it. Returns how to give it back. */
export async function takeLock(runDir, name) {
  const file = join(runDir, `${name}.lock`);
  mkdirSync(runDir, { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, `${process.pid} ${bornAt(process.pid)}`, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const [pid, ...born] = existsSync(file) ? readFileSync(file, 'utf8').split(' ') : [];
      if (pid && bornAt(pid) !== born.join(' ')) rmSync(file, { force: true });
      else await sleep(100);
    }
  }
}

/** Does `work` while this process holds the lock. */
export async function withLock(runDir, name, work) {
  const release = await takeLock(runDir, name);
  try {
    return await work();
  } finally {
    release();
  }
}

/** Whether anybody listens on this port of the loopback address. */
export function portTaken(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** One line that names the port, who wants it, and how to find who holds it. */
export function portTakenMessage(port, wantedBy) {
  const look = onLinux ? `ss -ltnp 'sport = :${port}'` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
  return `Port ${port} is taken, and ${wantedBy} wants it. See who holds it: ${look}`;
}
