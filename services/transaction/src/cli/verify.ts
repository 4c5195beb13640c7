import { AccountServiceClient } from '@ipe/contracts/gen/bank/account/v1/account';
import { StatementServiceClient } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { readConfig } from '@ipe/service-kit/config';
import { address } from '@ipe/service-kit/config-fields';
import { grpcClient } from '@ipe/service-kit/grpc-client';
import { z } from 'zod';
import { AuditDeskFiles } from '../adapters/files/audit-desk-files.ts';
import { AccountProjection, StatementProjection } from '../adapters/grpc/projections.ts';
import type { Projection } from '../application/verification/ports.ts';
import { type ShardSummary, verifyLedger } from '../application/verification/verify-ledger.ts';
import { differenceText } from '../domain/verification/audit.ts';
import { chosenShards, journalTools, type Output, seconds, UsageError } from './journal-tools.ts';

export const verifyOptions = {
  shards: { type: 'string' },
  rate: { type: 'string' },
  progress: { type: 'string', default: '.data/ledger' },
  resume: { type: 'boolean', default: false },
  projections: { type: 'string', default: 'account,statement' },
  wait: { type: 'string', default: '10' },
} as const;

export type VerifyValues = Readonly<{
  shards?: string | undefined;
  rate?: string | undefined;
  progress: string;
  resume: boolean;
  projections: string;
  wait: string;
}>;

/** Answers the exit code: 0 all is right, 1 something differs, 130 stopped and saved. */
export async function verify(values: VerifyValues, env: NodeJS.ProcessEnv, output: Output): Promise<number> {
  const { print, stopping } = output;
  const waitMs = seconds('wait', values.wait);
  const tools = journalTools(env, values.rate, output);
  const { projections, close } = chosenProjections(values.projections, env);
  try {
    const shards = await chosenShards(tools, values.shards);
    if (shards.length === 0) throw new UsageError('there is no journal: no shard has a first batch');
    const desk = (shard: number) => new AuditDeskFiles(values.progress, shard);
    const verified = await verifyLedger(shards, values.resume, { ...tools, desk, projections, waitMs, stopping });
    if (verified.kind === 'stopped') {
      print(`stopped; "verify --resume" goes on from what is saved in ${values.progress}`);
      return 130;
    }
    if (verified.kind === 'wrong') {
      print(`DIFFERENT: ${differenceText(verified.difference)}`);
      print(JSON.stringify(verified.difference));
      return 1;
    }
    for (const line of summaryLines(verified.shards)) print(line);
    return 0;
  } finally {
    close();
    tools.close();
  }
}

function chosenProjections(names: string, env: NodeJS.ProcessEnv): { projections: Projection[]; close: () => void } {
  const projections: Projection[] = [];
  const clients: { close: () => void }[] = [];
  for (const name of names === 'none' ? [] : names.split(',')) {
    if (name === 'account') {
      const { ACCOUNT_ADDRESS } = readConfig(z.object({ ACCOUNT_ADDRESS: address }), env);
      const client = grpcClient(AccountServiceClient, ACCOUNT_ADDRESS);
      clients.push(client);
      projections.push(new AccountProjection(client));
    } else if (name === 'statement') {
      const { STATEMENT_ADDRESS } = readConfig(z.object({ STATEMENT_ADDRESS: address }), env);
      const client = grpcClient(StatementServiceClient, STATEMENT_ADDRESS);
      clients.push(client);
      projections.push(new StatementProjection(client));
    } else throw new UsageError(`--projections ${names}: account, statement, both, or none`);
  }
  return { projections, close: () => clients.forEach((client) => void client.close()) };
}

function* summaryLines(shards: readonly ShardSummary[]): Generator<string> {
  for (const { shard, batches, records, entries, accounts, keys, transactions, compared } of shards) {
    yield `shard ${shard}: ${batches} batches, ${records} records, ${entries} entries of ${accounts} accounts, ${transactions} transactions, ${keys} keys`;
    for (const [name, same] of Object.entries(compared.same)) {
      const unknown = compared.unknown[name] ?? 0;
      yield `shard ${shard}: ${same} accounts are the same in ${name}${unknown > 0 ? `, ${unknown} it need not know` : ''}`;
    }
    if (compared.lagged > 0) yield `shard ${shard}: ${compared.lagged} were behind at first, and have caught up`;
  }
  if (shards.length > 1) yield underWay(shards);
  yield 'right: chains, sequences, balances, holds, keys, states and zero sums are as the entries say';
}

/** Shards are read one after the other: what was delivered meanwhile is not seen twice alike, and no difference. */
function underWay(shards: readonly ShardSummary[]): string {
  const sums = new Map<string, bigint>();
  for (const [asset, amount] of shards.flatMap(({ transit }) => [...transit])) {
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  }
  const left = [...sums].filter(([, sum]) => sum !== 0n).map(([asset, sum]) => `${sum} (smallest units of ${asset})`);
  if (left.length === 0) return 'between shards: what they owe each other cancels out, and nothing is under way';
  return `between shards: ${left.join(', ')} under way while they were read; --resume shows it arrive`;
}
