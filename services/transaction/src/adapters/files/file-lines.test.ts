import fc from 'fast-check';
import { fileLines } from './file-lines.ts';

async function linesOf(chunks: readonly Uint8Array[], encoding: 'utf-8' | 'latin1' = 'utf-8') {
  const lines: (string | undefined)[] = [];
  async function* stream() {
    yield* chunks;
  }
  for await (const line of fileLines(stream(), encoding)) lines.push(line);
  return lines;
}

test('lines come whole, however the bytes are cut', async () => {
  const text = 'primeira\r\nligação\n\núltima';
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 })), async (sizes) => {
      const bytes = Buffer.from(text);
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) {
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(await linesOf([...chunks, bytes.subarray(at)])).toEqual(['primeira', 'ligação', '', 'última']);
    }),
  );
});

test('a last line end ends the last line, and begins none', async () => {
  expect(await linesOf([Buffer.from('a\nb\n')])).toEqual(['a', 'b']);
  expect(await linesOf([])).toEqual([]);
});

test('what is too long to be a line is told as that, and takes no memory', async () => {
  const endless = Array.from({ length: 2_000 }, () => Buffer.alloc(16_000, 'x'));
  expect(await linesOf([Buffer.from('a\n'), ...endless, Buffer.from('\nb')])).toEqual(['a', undefined, 'b']);
});

test('old files are in latin1', async () => {
  expect(await linesOf([Buffer.from('S\xe3o Paulo', 'latin1')], 'latin1')).toEqual(['São Paulo']);
});
