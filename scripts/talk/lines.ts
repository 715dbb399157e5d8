import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/**
 * Splits a stream of bytes into lines. The last line need not end with a newline.
 * @param newline whether the lines keep their newline.
 */
export async function* linesOf(source: AsyncIterable<Uint8Array>, newline: boolean): AsyncGenerator<Uint8Array> {
  let partial: Uint8Array[] = [];
  for await (const chunk of source) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...partial, chunk.subarray(start, newline ? at + 1 : at)]);
      partial = [];
      start = at + 1;
    }
    if (start < chunk.length) partial.push(chunk.subarray(start));
  }
  if (partial.length > 0) yield Buffer.concat(partial);
}

/**
 * Reads one line and leaves the bytes after it in the stream. The last line need not end with a newline.
 * @returns the line without its newline; undefined when the stream has ended.
 */
export async function readLine(input: Readable): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    const done = (line: string | undefined) => {
      input.off('readable', read).off('end', end);
      resolve(line);
    };
    const end = () => done(chunks.length > 0 ? Buffer.concat(chunks).toString() : undefined);
    const read = () => {
      for (let chunk: Buffer | null = input.read(); chunk !== null; chunk = input.read()) {
        const at = chunk.indexOf(NEWLINE);
        if (at < 0) {
          chunks.push(chunk);
          continue;
        }
        if (at + 1 < chunk.length) input.unshift(chunk.subarray(at + 1));
        done(Buffer.concat([...chunks, chunk.subarray(0, at)]).toString());
        return;
      }
    };
    input.on('readable', read).on('end', end);
    if (input.readableEnded) done(undefined);
  });
}
