import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { transactionService } from './create-service.ts';
import { expectLargeHeap } from './large-heap.ts';

expectLargeHeap();

await runService(() => transactionService(readConfig(configSchema, process.env)));
