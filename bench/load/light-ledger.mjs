// gRPC by the protocol alone, on Node's HTTP/2: unary calls, and the stream. A call costs some two fifths of what it costs
// with grpc-js as the client: the generator shares its cores with what it measures.
import { EventEmitter } from 'node:events';
import { connect, constants } from 'node:http2';
import { status } from '@grpc/grpc-js';

const WINDOW_BYTES = 64 * 1024 * 1024;
/** Of each message: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

/** One connection, as one caller has. Answers as RawLedger does; it does not connect again. */
export class LightLedger {
  constructor(address) {
    this.address = address;
    this.session = connect(`http://${address}`, {
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
      // As grpc-js has it: beyond Node's ten megabytes of calls in flight, answers would be thrown away.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    this.session.once('connect', () => {
      // It may be closed before it was open.
      if (!this.session.destroyed) this.session.setLocalWindowSize(WINDOW_BYTES);
    });
    // Every call on it hears of it too.
    this.session.on('error', () => {});
  }

  /** Resolves with the answer's bytes; rejects with { code }, grpc's number. onHeaders: told its headers, as grpc-js tells them. */
  call(method, request, deadlineMs = 30_000, onHeaders = (_headers) => {}) {
    return new Promise((resolve, reject) => {
      const stream = this.request(method, ['grpc-timeout', `${deadlineMs}m`]);
      let isLate = false;
      const deadline = setTimeout(() => {
        isLate = true;
        stream.close(constants.NGHTTP2_CANCEL);
      }, deadlineMs);
      let answer = Buffer.alloc(0);
      stream.on('response', (headers) => {
        onHeaders({ get: (name) => (headers[name] === undefined ? [] : [headers[name]].flat()) });
      });
      stream.on('data', (part) => {
        answer = answer.length === 0 ? part : Buffer.concat([answer, part]);
      });
      whenOver(stream, (said, broken) => {
        clearTimeout(deadline);
        if (isDone(said)) resolve(answer.subarray(PREFIX_BYTES));
        else reject(refusal(said, isLate, broken));
      });
      stream.end(framed(request));
    });
  }

  /** The stream of writes, messages as bytes: write(message), end(); 'data' (a message), 'drain', 'end', or 'error'. */
  stream() {
    return new LightStream(this.request('stream'));
  }

  request(method, headers = []) {
    return this.session.request([
      ...[':method', 'POST', ':scheme', 'http', ':authority', this.address, ':path', pathOf(method)],
      ...['content-type', 'application/grpc', 'te', 'trailers', ...headers],
    ]);
  }

  close() {
    this.session.close();
  }
}

class LightStream extends EventEmitter {
  constructor(stream) {
    super();
    this.stream = stream;
    /** Of a message that is not here as a whole. */
    let rest = Buffer.alloc(0);
    stream.on('data', (part) => {
      const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
      let at = 0;
      for (let end = endOf(bytes, at); end <= bytes.length; end = endOf(bytes, at)) {
        this.emit('data', bytes.subarray(at + PREFIX_BYTES, end));
        at = end;
      }
      rest = bytes.subarray(at);
    });
    stream.on('drain', () => this.emit('drain'));
    // All is said, also where the service has ended it before the caller did.
    stream.on('end', () => stream.close());
    whenOver(stream, (said, broken) => {
      if (isDone(said)) this.emit('end');
      else this.emit('error', refusal(said, false, broken));
    });
  }

  /** False: wait for 'drain'. */
  write(message) {
    return this.stream.write(framed(message));
  }

  end() {
    this.stream.end();
  }
}

/** tell: told once what the service said of the call's end, if it did, and what broke it, if anything. */
function whenOver(stream, tell) {
  let said;
  stream.on('response', (headers) => {
    // A call that fails at once has no body: its status comes with the headers.
    if (headers['grpc-status'] !== undefined) said = headers;
  });
  stream.on('trailers', (trailers) => {
    said = trailers;
  });
  let broken;
  stream.on('error', (error) => {
    broken = error;
  });
  stream.on('close', () => {
    tell(said, broken);
    // As the services' own do (http2-servers.ts): what is over would be kept by its listeners.
    stream.removeAllListeners();
  });
}

const isDone = (said) => said?.['grpc-status'] === '0';

/** Where the message that begins there ends; Infinity: not even its length is here yet. */
function endOf(bytes, at) {
  return at + PREFIX_BYTES > bytes.length ? Number.POSITIVE_INFINITY : at + PREFIX_BYTES + bytes.readUInt32BE(at + 1);
}

const pathOf = (method) =>
  `/bank.transaction.v1.TransactionService/${method.charAt(0).toUpperCase()}${method.slice(1)}`;

function framed(message) {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  return frame;
}

/** What a call failed with: the server's word, the deadline, or the connection's end. */
function refusal(said, isLate, broken) {
  if (said) {
    const message = decodeURIComponent(said['grpc-message'] ?? '');
    return Object.assign(new Error(message), { code: Number(said['grpc-status'] ?? status.UNKNOWN) });
  }
  if (isLate) return Object.assign(new Error('no answer by the deadline'), { code: status.DEADLINE_EXCEEDED });
  const message = broken?.message ?? 'the connection was closed before the answer';
  return Object.assign(new Error(message), { code: status.UNAVAILABLE });
}
