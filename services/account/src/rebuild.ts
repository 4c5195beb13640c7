import { parseArgs } from 'node:util';
import { ReplayRefused } from '@ipe/events/replay';
import { ConfigError, readConfig } from '@ipe/service-kit/config';
import { Logger } from '@nestjs/common';
import { rebuildBalances, rebuildConfigSchema } from './rebuild-balances.ts';

// node services/account/dist/rebuild.js [--wipe [--force]]   with the environment of the service, which must be stopped.
Logger.overrideLogger(['error', 'warn']);
try {
  const { values } = parseArgs({ options: { wipe: { type: 'boolean' }, force: { type: 'boolean' } } });
  const config = readConfig(rebuildConfigSchema, process.env);
  const tell = (text: string) => console.log(text);
  await rebuildBalances(config, { wipe: values.wipe ?? false, force: values.force ?? false, tell });
  console.log('the balances are rebuilt; start the service again');
  process.exit(0);
} catch (error) {
  const expected = error instanceof ReplayRefused || error instanceof ConfigError || error instanceof TypeError;
  console.error(expected ? error.message : error);
  process.exit(1);
}
