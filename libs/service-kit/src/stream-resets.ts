import http2 from 'node:http2';

/**
 * A caller whose deadline passes resets its stream. Node closes a connection with more than 33 resets a second for
 * long, and with it every call that is under way there: a stall of a second would become errors for all. Far more are
 * let through here: who may call is the mesh's to say, and what it costs is bounded by the queues behind.
 */
const patience = { streamResetBurst: 100_000, streamResetRate: 20_000 };

const createServer = http2.createServer;

/** Makes it the default of this process's HTTP/2 servers: grpc-js has no option for it. */
export function bearStreamResets(): void {
  if (http2.createServer !== createServer) return;
  http2.createServer = ((options: http2.ServerOptions, ...rest: never[]) =>
    createServer({ ...patience, ...options }, ...rest)) as typeof createServer;
}
