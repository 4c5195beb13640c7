import { Logger } from '@nestjs/common';
import { Kafka, type LogEntry, logLevel } from 'kafkajs';

const logger = new Logger('Kafka');

/** Kafka's own word, in the service's log; a broker that is away is a warning, for a consumer or producer waits for it. */
function write(level: logLevel, { log }: LogEntry): void {
  const line = { message: log.message, groupId: log['groupId'], broker: log['broker'], error: log['error'] };
  if (level === logLevel.INFO) logger.debug(line);
  else logger.warn(line);
}

/** One client a service. Connects with patience: a broker that is down for minutes is waited for. */
export function kafkaClient(clientId: string, brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => write(entry.level, entry),
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
  });
}
