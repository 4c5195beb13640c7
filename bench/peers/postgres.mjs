// A plain PostgreSQL function, pressed by pgbench (prepared statements), which comes with PostgreSQL. One function call
// is one transfer in a transaction of its own: balances under their condition, the transfer, its two entries.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { latencies } from '../figures.mjs';
import { LIMIT_CENTS } from '../load/workloads.mjs';

const execute = promisify(execFile);

export const schema = (accounts) => `
DROP SCHEMA IF EXISTS ipe_bench CASCADE;
CREATE SCHEMA ipe_bench;
CREATE TABLE ipe_bench.account (id int PRIMARY KEY, available bigint NOT NULL CHECK (available >= 0)) WITH (fillfactor = 50);
CREATE TABLE ipe_bench.transfer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key uuid NOT NULL UNIQUE,
  source int NOT NULL, destination int NOT NULL, cents bigint NOT NULL, booked_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE ipe_bench.entry (
  transfer_id bigint NOT NULL, account_id int NOT NULL, cents bigint NOT NULL, balance bigint NOT NULL,
  PRIMARY KEY (transfer_id, account_id));
INSERT INTO ipe_bench.account SELECT number, ${LIMIT_CENTS} FROM generate_series(0, ${accounts} - 1) AS number;
CREATE FUNCTION ipe_bench.transfer(source int, destination int, cents bigint, key uuid) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE made bigint; source_after bigint; destination_after bigint;
BEGIN
  -- Locked in the order of their numbers: two transfers between the same accounts cannot wait for each other.
  PERFORM 1 FROM ipe_bench.account WHERE id IN (source, destination) ORDER BY id FOR UPDATE;
  UPDATE ipe_bench.account SET available = available - cents WHERE id = source RETURNING available INTO source_after;
  UPDATE ipe_bench.account SET available = available + cents WHERE id = destination
    RETURNING available INTO destination_after;
  INSERT INTO ipe_bench.transfer (key, source, destination, cents) VALUES (key, source, destination, cents)
    RETURNING id INTO made;
  INSERT INTO ipe_bench.entry VALUES (made, source, -cents, source_after), (made, destination, cents, destination_after);
  RETURN made;
END $$;
VACUUM ANALYZE ipe_bench.account;
`;

/** What pgbench runs again and again. */
export function script(workload, accounts) {
  const uniform = [
    `\\set source random(0, ${accounts - 1})`,
    `\\set step random(1, ${accounts - 1})`,
    `\\set destination (:source + :step) % ${accounts}`,
  ];
  const pairsOf =
    workload === 'uniform'
      ? uniform
      : [
          '\\set dice random(1, 10)',
          '\\if :dice <= 7',
          `\\set source random(1, ${accounts - 1})`,
          '\\set destination 0',
          '\\else',
          ...uniform,
          '\\endif',
        ];
  const call = 'SELECT ipe_bench.transfer(:source, :destination, :cents, gen_random_uuid());';
  return [...pairsOf, '\\set cents random(1, 100)', call, ''].join('\n');
}

/** Of what pgbench prints. */
export function parseSummary(text) {
  const number = (pattern) => Number(pattern.exec(text)?.[1]);
  const completed = number(/number of transactions actually processed: (\d+)/);
  const perSecond = number(/tps = ([\d.]+)/);
  if (Number.isNaN(completed) || Number.isNaN(perSecond)) throw new Error(`pgbench printed no result:\n${text}`);
  const failed = Number(/number of failed transactions: (\d+)/.exec(text)?.[1] ?? 0);
  return { completed, perSecond, failed };
}

/** The third column of pgbench's log is a transaction's time in microseconds. Answers milliseconds. */
export function parseLog(text) {
  const lines = text.split('\n').filter(Boolean);
  return Float64Array.from(lines, (line) => Number(line.split(' ')[2]) / 1000);
}

export async function preparePostgres({ url, accounts }) {
  await psql(url, schema(accounts));
  return { url, accounts };
}

/** What decides its figures, as it says itself. */
export async function tellPostgres({ url }) {
  const names = ['server_version', 'fsync', 'synchronous_commit', 'shared_buffers', 'max_connections'];
  const values = await psql(url, names.map((name) => `SHOW ${name};`).join('\n'));
  return Object.fromEntries(values.split('\n').map((value, index) => [names[index], value]));
}

/** A generator as the others (see fixture/workbench.mjs), but its process is pgbench. `completed`: in all of its runs. */
export function pgbench({ url, accounts, workload }) {
  return {
    completed: 0,
    async press({ inFlight, seconds }) {
      const folder = mkdtempSync(join(tmpdir(), 'ipe-pgbench-'));
      try {
        writeFileSync(join(folder, 'transfer.sql'), script(workload, accounts));
        const threads = Math.min(2, inFlight);
        const args = [
          '-n',
          '-M',
          'prepared',
          '-c',
          inFlight,
          '-j',
          threads,
          '-T',
          seconds,
          '-f',
          'transfer.sql',
          '--log',
          url,
        ];
        const cpuBefore = endedChildrenCpuSeconds();
        const { stdout } = await execute('pgbench', args.map(String), { cwd: folder });
        const cpuSeconds = endedChildrenCpuSeconds() - cpuBefore;
        const { completed, perSecond, failed } = parseSummary(stdout);
        this.completed += completed;
        const logs = readdirSync(folder).filter((file) => file.startsWith('pgbench_log'));
        const times = parseLog(logs.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n'));
        return {
          completed,
          failed: failed > 0 ? { failed } : {},
          seconds: completed / perSecond,
          latencyMs: latencies(times),
          cpu: {},
          cpuSeconds,
          residentMb: {},
        };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Of all children of this process that have ended, pgbench among them; elsewhere than on Linux zero. */
function endedChildrenCpuSeconds() {
  const file = '/proc/self/stat';
  if (!existsSync(file)) return 0;
  const text = readFileSync(file, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** completed: how many pgbench has counted, the warm-up's too; each run ends with all of its transfers answered. */
export async function checkPostgres({ url, accounts }, { completed }) {
  const sum = `SELECT sum(available) = ${accounts * LIMIT_CENTS} FROM ipe_bench.account`;
  const negative = 'SELECT count(*) = 0 FROM ipe_bench.account WHERE available < 0';
  const made = `SELECT count(*) = ${completed} FROM ipe_bench.transfer`;
  const entries = 'SELECT coalesce(sum(cents), 0) = 0 FROM ipe_bench.entry';
  return {
    sumOfBalancesIsZero: (await psql(url, sum)) === 't' && (await psql(url, entries)) === 't',
    noneNegative: (await psql(url, negative)) === 't',
    transfersAsAcknowledged: (await psql(url, made)) === 't',
  };
}

/** Answers what it prints, without the frame. */
async function psql(url, sql) {
  const done = execute('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', url]);
  done.child.stdin.end(sql);
  return (await done).stdout.trim();
}
