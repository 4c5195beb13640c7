import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { isDate } from '@ipe/brazil/bank-calendar';
import { TransactionServiceClient } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { readConfig } from '@ipe/service-kit/config';
import { address } from '@ipe/service-kit/config-fields';
import { grpcClient } from '@ipe/service-kit/grpc-client';
import { z } from 'zod';
import { fileLines } from '../adapters/files/file-lines.ts';
import { readProfile, readRules } from '../adapters/files/reconciliation-files.ts';
import { reportLines, summaryLines } from '../adapters/files/reconciliation-report.ts';
import { postMend, postRequestLine } from '../adapters/grpc/mend-postings.ts';
import { reconcileSettlement } from '../application/reconciliation/reconcile-settlement.ts';
import type { Mend } from '../domain/reconciliation/mend-settlement.ts';
import { chosenShards, journalTools, type Output, UsageError } from './journal-tools.ts';

export const reconcileOptions = {
  file: { type: 'string' },
  profile: { type: 'string' },
  rules: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  report: { type: 'string' },
  post: { type: 'boolean', default: false },
  shards: { type: 'string' },
  rate: { type: 'string' },
} as const;

export type ReconcileValues = Readonly<
  Partial<
    Record<'file' | 'profile' | 'rules' | 'from' | 'until' | 'report' | 'shards' | 'rate', string | undefined>
  > & {
    post: boolean;
  }
>;

/** Profiles and rules that come with the service. */
const ownFolder = fileURLToPath(new URL('../../reconciliation-profiles/', import.meta.url));
const mostShown = 20;

/** Answers the exit code: 0 everything matches, 1 something does not. Throws UsageError and UnfitFile. */
export async function reconcile(values: ReconcileValues, env: NodeJS.ProcessEnv, output: Output): Promise<number> {
  const { print } = output;
  const { file, profile: profileName, from, until } = values;
  if (!file || !profileName) throw new UsageError('reconcile wants --file FILE and --profile NAME or FILE');
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  for (const day of [from, until])
    if (day !== undefined && !isDate(day)) throw new UsageError(`${day} is no day: 2026-11-21`);
  const profile = readProfile(named(profileName));
  const rules = readRules(named(values.rules ?? `${profile.name}.rules`), profile);
  const tools = journalTools(env, values.rate, output);
  try {
    const shards = await chosenShards(tools, values.shards);
    const lines = fileLines(createReadStream(file), profile.encoding);
    const result = await reconcileSettlement({ lines, profile, rules, shards, from, until }, tools);
    if ('kind' in result) {
      for (const { line, field, rule } of [...result.file.problems, ...result.file.malformed].slice(0, mostShown)) {
        print(`line ${line}, ${field}: ${rule}`);
      }
      throw new UsageError(`${file} holds no movement: say --from and --until, or another --profile`);
    }
    const report = values.report ?? join('.data', 'ledger', `${basename(file)}.report.csv`);
    const mends = report.replace(/(\.csv)?$/, '.mends.jsonl');
    await write(report, reportLines(result));
    await write(mends, result.mends.map(postRequestLine));
    for (const line of summaryLines(result)) print(line);
    print(`report: ${report}`);
    print(`postings: ${mends}`);
    if (values.post) return await postAll(result.mends, env, print);
    for (const line of result.mends.slice(0, mostShown).map(postRequestLine)) print(line.trimEnd());
    if (result.mends.length > 0) print('nothing was posted; --post posts them, and posting twice posts once');
    const { missing, surplus, matches, file: read } = result;
    const differs = missing.length + surplus.length + read.malformed.length + read.problems.length > 0;
    return differs || matches.some((match) => match.differs.length > 0) ? 1 : 0;
  } finally {
    tools.close();
  }
}

/** 0 when every one is posted, 1 when the ledger refused some. */
async function postAll(mends: readonly Mend[], env: NodeJS.ProcessEnv, print: Output['print']): Promise<number> {
  const { TRANSACTION_ADDRESS } = readConfig(z.object({ TRANSACTION_ADDRESS: address }), env);
  const client = grpcClient(TransactionServiceClient, TRANSACTION_ADDRESS);
  const counts = { posted: 0, replayed: 0, refused: 0 };
  try {
    for (const mend of mends) {
      const posted = await postMend(client, mend);
      if (typeof posted === 'string') counts[posted] += 1;
      else {
        counts.refused += 1;
        print(`refused: ${mend.idempotencyKey}: ${posted.refused}`);
      }
    }
  } finally {
    client.close();
  }
  print(`${counts.posted} posted, ${counts.replayed} were posted before, ${counts.refused} refused`);
  return counts.refused > 0 ? 1 : 0;
}

/** A file, or the name of one that comes with the service. */
function named(name: string): string {
  if (existsSync(name)) return name;
  const own = join(ownFolder, `${name}.json`);
  if (/^[A-Za-z0-9_.-]+$/.test(name) && existsSync(own)) return own;
  throw new UsageError(`there is neither a file ${name} nor ${own}`);
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(Readable.from(lines), createWriteStream(path));
}
