import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { linesOf, readLine } from '../../scripts/talk/lines.ts';

async function* chunksOf(pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

test.each([
  [[], []],
  [['a\nb\n'], ['a\n', 'b\n']],
  [['a\nb'], ['a\n', 'b']],
  [['\n\na'], ['\n', '\n', 'a']],
  [
    ['a', 'b', '\nc', '\n'],
    ['ab\n', 'c\n'],
  ],
])('lines of %j are %j', async (pieces, lines) => {
  const cut = async (newline: boolean) => {
    const cuts: string[] = [];
    for await (const line of linesOf(chunksOf(pieces), newline)) cuts.push(Buffer.from(line).toString());
    return cuts;
  };
  expect(await cut(true)).toEqual(lines);
  expect(await cut(false)).toEqual(lines.map((line) => line.replace('\n', '')));
});

test('readLine returns one line and leaves the rest', async () => {
  const input = new PassThrough();
  const first = readLine(input);
  input.write('on');
  input.write('e\ntwo\nth');
  expect([await first, await readLine(input)]).toEqual(['one', 'two']);
  input.end('ree');
  expect([await readLine(input), await readLine(input)]).toEqual(['three', undefined]);
});
