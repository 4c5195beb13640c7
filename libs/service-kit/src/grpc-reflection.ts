import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { fileDescriptorSet } from '@ipe/contracts/gen/descriptors';

/** Serves the reflection API from the descriptors generated beside the codecs: grpcurl needs no .proto file. */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  const fileDescriptorProtos = splitFiles(Buffer.from(fileDescriptorSet, 'base64'));
  // The reflection package reads nothing but the descriptors of proto-loader's definition.
  const definition = { files: { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos } };
  type Definition = ConstructorParameters<typeof ReflectionService>[0];
  // grpcurl asks reflection before every call, of the health service too.
  const options = { services: [...services, 'grpc.health.v1.Health'] };
  new ReflectionService(definition as Definition, options).addToServer(server);
}

/** google.protobuf.FileDescriptorSet is nothing but field 1, repeated. */
function splitFiles(set: Uint8Array): Buffer[] {
  const files: Buffer[] = [];
  const reader = new BinaryReader(set);
  while (reader.pos < reader.len) {
    reader.tag();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
