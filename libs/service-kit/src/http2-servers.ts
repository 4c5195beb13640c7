import http2 from 'node:http2';

/**
 * A caller whose deadline passes resets its stream. Node closes a connection with more than 33 resets a second for
 * long, and with it every call that is under way there: a stall of a second would become errors for all. Far more are
 * let through here: who may call is the mesh's to say, and what it costs is bounded by the queues behind.
 */
const patience = { streamResetBurst: 100_000, streamResetRate: 20_000 };

/**
 * A connection keeps its open streams in a Map. V8 lays a Map out anew when many have come and gone, and the old layout
 * points to the new one: once a single one is old enough, all later ones wait for a collection of the whole heap, with
 * the streams that they list. By its listeners such a stream keeps all that gRPC ever knew of the call: so a stream that
 * is over forgets them, and only itself is kept.
 */
function forgetListeners(stream: http2.ServerHttp2Stream): void {
  // The others who wait for its end are told all the same: they are counted before the first of them is called.
  stream.once('close', () => stream.removeAllListeners());
}

/** On the function that makes them so: of the process, for this module may be loaded more than once in it. */
const prepared = Symbol.for('ipe.http2-servers');

/** Makes both the default of this process's HTTP/2 servers: grpc-js has no option for it. */
export function prepareHttp2Servers(): void {
  const { createServer } = http2;
  if (prepared in createServer) return;
  const createPrepared = ((options: http2.ServerOptions, ...rest: never[]) =>
    createServer({ ...patience, ...options }, ...rest).on('stream', forgetListeners)) as typeof createServer;
  http2.createServer = Object.assign(createPrepared, { [prepared]: true });
}
