import { connect, type Socket } from 'node:net';
import { testEngines } from '@ipe/testing/engines';
import { Kafka, logLevel } from 'kafkajs';

/** A client whose connections to the broker can be cut, and mended again: what a killed process or broker looks like. */
export class CutOffKafka {
  private readonly sockets = new Set<Socket>();
  private away = false;

  readonly kafka = new Kafka({
    clientId: 'cut-off',
    brokers: [testEngines().kafka],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 5 },
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect(this.away ? { host, port: 1 } : { host, port }, onConnect);
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      return socket;
    },
  });

  cut(): void {
    this.away = true;
    for (const socket of this.sockets)
      socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  }

  mend(): void {
    this.away = false;
  }
}
