import { parseArgs } from 'node:util';
import { ConfigError } from '@ipe/service-kit/config';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { isUnreachable } from '@ipe/service-kit/unreachable';
import { Logger } from '@nestjs/common';
import { UnfitFile } from './adapters/files/reconciliation-files.ts';
import { UsageError } from './cli/journal-tools.ts';
import { reconcile, reconcileOptions } from './cli/reconcile.ts';
import { retell, retellOptions } from './cli/retell.ts';
import { verify, verifyOptions } from './cli/verify.ts';

// node dist/ledger-cli.js verify|retell|reconcile …   with the environment of the service, which may run meanwhile.
// `npm run ledger -- --help` explains; it adds `rebuild`, which needs other services' commands beside `retell`.
Logger.overrideLogger(['error', 'warn']);
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());
const output = { print: (line: string) => console.log(line), progress: process.stderr, stopping: stopping.signal };

const commands: Record<string, (args: string[]) => Promise<number>> = {
  verify: (args) => verify(parseArgs({ args, options: verifyOptions }).values, process.env, output),
  retell: (args) => retell(parseArgs({ args, options: retellOptions }).values, process.env, output),
  reconcile: (args) => reconcile(parseArgs({ args, options: reconcileOptions }).values, process.env, output),
};

const [name = '', ...args] = process.argv.slice(2);
try {
  const command = commands[name];
  if (!command) throw new UsageError(`there is no command "${name}": verify, retell or reconcile`);
  process.exit(await command(args));
} catch (error) {
  console.error(explained(error) ?? error);
  process.exit(2);
}

/** What the person at the keyboard can do something about, without a stack; undefined for everything else. */
function explained(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof UsageError || error instanceof ConfigError || error instanceof UnfitFile) return error.message;
  if (error instanceof GrpcRefusal) return `a service did not answer: ${error.reason}: ${error.message}`;
  if (error.name === 'ResourceNotFoundException') return 'there is no such table: is TABLE_PREFIX right?';
  if (isUnreachable(error)) return `the store cannot be reached: ${error.message}`;
  return 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS') ? error.message : undefined;
}
