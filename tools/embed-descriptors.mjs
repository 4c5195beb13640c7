// gRPC reflection wants the .proto files' descriptors at run time: embeds them beside the generated codecs.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const { status, stdout, stderr } = spawnSync('buf', ['build', '--exclude-source-info', '-o', '-#format=binpb']);
if (status !== 0) {
  process.stderr.write(stderr);
  process.exit(1);
}
const file = new URL('../libs/contracts/src/gen/descriptors.ts', import.meta.url);
const text = `/** A google.protobuf.FileDescriptorSet of every contract, in base64. */\nexport const fileDescriptorSet: string =\n  '${stdout.toString('base64')}';\n`;
writeFileSync(file, text);
