import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { authService } from './create-service.ts';

await runService(() => authService(readConfig(configSchema, process.env)));
