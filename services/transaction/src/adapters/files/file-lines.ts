import type { FileLine } from '../../application/reconciliation/reconcile-settlement.ts';

/** No record of a settlement file is longer; what is, is no line, and must not fill the memory. */
const mostLineBytes = 16_384;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The lines of a file as its bytes come, without their ends. What follows the last line end is a line unless it is empty. */
export async function* fileLines(
  chunks: AsyncIterable<Uint8Array>,
  encoding: 'utf-8' | 'latin1',
): AsyncGenerator<FileLine> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  const line = (): FileLine => {
    const all = bytes > mostLineBytes ? undefined : Buffer.concat(pieces);
    pieces = [];
    bytes = 0;
    const end = all?.at(-1) === carriageReturn ? -1 : undefined;
    return all?.subarray(0, end).toString(encoding);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      take(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    take(chunk.subarray(from));
  }
  if (bytes > 0) yield line();

  function take(piece: Uint8Array): void {
    bytes += piece.length;
    // Of a line that is too long nothing is kept but that it is.
    if (bytes <= mostLineBytes) pieces.push(piece);
    else pieces = [];
  }
}
