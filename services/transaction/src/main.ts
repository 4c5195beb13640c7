import { setFlagsFromString } from 'node:v8';
import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { transactionService } from './create-service.ts';

// Left alone, V8 looks through the whole heap for each 64 MB of buffers that come and go: with a million accounts that
// takes longer than the transfers that fill them. So counted, it waits until there is as much garbage as heap.
setFlagsFromString('--external-memory-accounted-in-global-limit');
// Nor does it collect the whole heap because little goes on, to give memory back: with a million accounts that takes
// both of two cores for four seconds, in which callers may come.
setFlagsFromString('--memory-reducer-gc-count=0');

await runService(() => transactionService(readConfig(configSchema, process.env)));
