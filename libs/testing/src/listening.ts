import { type Server, ServerCredentials } from '@grpc/grpc-js';

/** Has a test's gRPC server listen, without TLS. Answers where: a port of its own choice unless one is told. */
export function listening(server: Server, address = '127.0.0.1:0'): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(address.replace(/:\d+$/, `:${port}`)),
    );
  });
}
