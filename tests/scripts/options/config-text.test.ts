import { describe, expect, test } from 'vitest';
import { parseConfigText } from '../../../scripts/options/config-text.ts';

/** Returns the faults of a text as `line:column message`. */
function faults(text: string, extension: '.json' | '.yaml' = '.yaml'): string[] {
  const parsed = parseConfigText(text, extension);
  return parsed.faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('the place of a value is', () => {
  const yaml = parseConfigText(
    ['# options', 'base: &base', '  size: 64', 'run: *base', 'scenarios:', '  a: { connections: [1, 2] }'].join('\n'),
    '.yaml',
  );

  test.each<[string, readonly (string | number)[], object]>([
    ['that of its key', ['base', 'size'], { line: 3, column: 3 }],
    ['found through an alias', ['run', 'size'], { line: 3, column: 3 }],
    ['that of an element of a list', ['scenarios', 'a', 'connections', 1], { line: 6, column: 25 }],
    ['the nearest above, when there is no such value', ['scenarios', 'b', 'c'], { line: 5, column: 1 }],
    ['the start, when there is nothing', ['x'], { line: 1, column: 1 }],
  ])('%s', (_, path, place) => {
    expect(yaml.position(path)).toEqual(place);
  });

  test('found in JSON, too, with tabs', () => {
    const { value, position } = parseConfigText('{\n\t"run": {\n\t\t"size": "8k"\n\t}\n}\n', '.json');
    expect(value).toEqual({ run: { size: '8k' } });
    expect(position(['run', 'size'])).toEqual({ line: 3, column: 3 });
  });
});

test('every fault of the syntax is reported with its place', () => {
  expect(faults('run:\n  size: 1\n  size: 2\nbench: !!js/function "x"\nserve: !mine 3\n')).toEqual([
    '3:3 Map keys must be unique',
    '4:8 Unresolved tag: tag:yaml.org,2002:js/function',
    '5:8 Unresolved tag: !mine',
  ]);
  expect(faults('size: 1\n---\nsize: 2\n')).toEqual(['2:1 a file of options contains one document']);
});

test('JSON is strict: no comments, no trailing commas, no YAML', () => {
  expect(faults('{ "size": 1, }', '.json')).toEqual([expect.stringMatching(/^1:1[34] not JSON: /)]);
  expect(faults('{ // mine\n "size": 1 }', '.json')).toEqual([expect.stringMatching(/^1:3 not JSON: /)]);
  expect(faults('size: 1', '.json')).toEqual([expect.stringMatching(/^1:1 not JSON: /)]);
  expect(faults('{\n "size": 1,\n "deflate": tru }', '.json')).toEqual(["3:16 not JSON: Unexpected token ' '"]);
  expect(faults('{ "size": 1, "size": 2 }', '.json')).toEqual(['1:14 Map keys must be unique']);
  expect(faults('{ "size": ', '.json')).toEqual([expect.stringContaining('not JSON: Unexpected end')]);
});

test('aliases cannot expand a small file to a huge value', () => {
  const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi']) {
    levels.push(`${to}: &${to} [${Array(10).fill(`*${from}`)}]`);
  }
  expect(faults(levels.join('\n'))).toEqual([expect.stringContaining('Excessive alias count')]);
});

test('an empty file contains nothing', () => {
  expect(parseConfigText('', '.yaml')).toMatchObject({ value: null, faults: [] });
  expect(parseConfigText('# nothing yet\n', '.yaml').faults).toEqual([]);
});
