import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { statementService } from './create-service.ts';

await runService(() => statementService(readConfig(configSchema, process.env)));
