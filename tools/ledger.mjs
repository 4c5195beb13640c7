// npm run ledger -- verify | rebuild | reconcile: see `usage`. With the addresses of npm start, unless the environment
// says others; the work itself is services/transaction/dist/ledger-cli.js and the projections' own rebuild commands.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { envFor, root, servicePorts } from './topology.mjs';

const usage = `npm run ledger -- <command> [options]

verify      Walks the journal, computes every chain, balance, hold, key and sum again, and compares the accounts with
            what account and statement show. Tells the first difference exactly.
  --resume              go on where the last run stopped; after one that found all right, audit only what came since
  --projections NAMES   account,statement (default), one of them, or none
  --wait SECONDS        how long a projection that lags may take to catch up (10)

rebuild     Makes projections anew from their topic. Their services must be stopped.
  --statement --account which; both when none is named
  --wipe                empty them first; without it what is missing is added and what lags is brought up
  --from-journal        tell every entry of the journal to the topic again before that: for a topic that no longer
                        reaches back to the first entry
  --resume              go on telling where the last run stopped
  --force               wipe although the topic does not begin with its first record

reconcile   Compares a settlement file with the ledger's settlement account. Posts nothing unless told to.
  --file FILE           CSV or fixed width
  --profile NAME|FILE   how to read it (services/transaction/reconciliation-profiles)
  --rules NAME|FILE     how lines find each other (<profile>.rules)
  --from --until DAY    the days that the file speaks of, as 2026-11-21; else those of its movements
  --report FILE         the report (.data/ledger/<file>.report.csv); the postings that would mend it go beside it
  --post                post them; twice is once

All of them:
  --rate MB             megabytes of journal a second (4; a read unit is 4 KB of it), or unbounded
  --shards 0,2          only these; else all that have a journal
  --progress FOLDER     where verify and rebuild write down how far they are (.data/ledger)

Exit code: 0 right, 1 something differs, 2 it could not be done, 130 stopped and saved (Ctrl-C).`;

class UsageError extends Error {}

const rebuildOptions = {
  statement: { type: 'boolean' },
  account: { type: 'boolean' },
  wipe: { type: 'boolean' },
  force: { type: 'boolean' },
  'from-journal': { type: 'boolean' },
  resume: { type: 'boolean' },
  rate: { type: 'string' },
  shards: { type: 'string' },
  progress: { type: 'string' },
};

async function main([command, ...args]) {
  if (command === undefined || [command, ...args].some((arg) => arg === '--help' || arg === '-h')) {
    console.log(usage);
    return command === undefined ? 2 : 0;
  }
  if (command === 'verify' || command === 'reconcile') return run('transaction', 'ledger-cli.js', [command, ...args]);
  if (command === 'rebuild') return rebuild(args);
  throw new UsageError(`there is no command ${command}`);
}

async function rebuild(args) {
  const values = rebuildValues(args);
  const fromJournal = values['from-journal'] ?? false;
  if (fromJournal) {
    const code = await run('transaction', 'ledger-cli.js', ['retell', ...passedOn(values)]);
    if (code !== 0) return code;
  }
  const both = !values.statement && !values.account;
  // What was told from the journal is whole, wherever the topic begins.
  const wiping = values.wipe ? ['--wipe', ...(values.force || fromJournal ? ['--force'] : [])] : [];
  for (const name of ['statement', 'account']) {
    if (!both && !values[name]) continue;
    console.log(`${name}:`);
    const code = await run(name, 'rebuild.js', wiping);
    if (code !== 0) return code;
  }
  return 0;
}

function rebuildValues(args) {
  try {
    return parseArgs({ args, options: rebuildOptions }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function passedOn({ resume, rate, shards, progress }) {
  const named = Object.entries({ rate, shards, progress }).filter(([, value]) => value !== undefined);
  return [...named.map(([name, value]) => `--${name}=${value}`), ...(resume ? ['--resume'] : [])];
}

/** Runs a service's command; Ctrl-C is the command's to answer. */
async function run(service, script, args) {
  const path = join(root, 'services', service, 'dist', script);
  if (!existsSync(path)) throw new UsageError(`${path} is not built: npm run build`);
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', path, ...args], {
    stdio: 'inherit',
    env: { ...envFor(service), ...neighbours(), LOG_LEVEL: 'warn', ...process.env },
  });
  const pass = (signal) => () => child.kill(signal);
  process.on('SIGTERM', pass('SIGTERM'));
  // The terminal sends it to the child as well; here it only must not end this process before the child has saved.
  process.on('SIGINT', () => undefined);
  const [code] = await once(child, 'exit');
  return code ?? 2;
}

/** Whom the commands ask, beyond what the service itself is told. */
function neighbours() {
  const names = ['account', 'statement', 'transaction'];
  return Object.fromEntries(
    names.map((name) => [`${name.toUpperCase()}_ADDRESS`, `127.0.0.1:${servicePorts(name).grpc}`]),
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
