import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandLine } from './in-process.ts';
import { scratchDirectory } from './program.ts';

/** A protocol of letters and newlines whose consume is given. */
const lettersWith = (consume: string, members = '') => `
export const createProtocol = ({ connections }) => ({
  ...{ longestRequest: 2, sameRequest: true, greets: false, faults: ['', 'unsolicited', 'no letter'] },
  ...{ event: 0, status: 0, replyBytes: 0, fault: 0, received: new Uint32Array(connections) },
  reset(c) { this.received[c] = 0; },
  greet: () => 0,
  encode(_c, _sequence, out, at) { out[at] = 97; out[at + 1] = 10; return 2; },
  consume(c, sequence, bytes, at, end) { ${consume} },
  ${members}
});
export const examples = [{ replies: ['abc\\n', 'd\\n'] }, { replies: ['ef\\n'] }];
`;
const RIGHT = `
  let next = at;
  while (next < end && bytes[next] !== 10 && bytes[next] > 96 && bytes[next] < 123) next++;
  const wrong = sequence < 0 ? at : next < end && bytes[next] !== 10 ? next : -1;
  if (wrong >= 0) {
    Object.assign(this, { event: 8, fault: sequence < 0 ? 1 : 2, replyBytes: this.received[c] + wrong - at });
    return wrong;
  }
  if (next < end) next++;
  this.replyBytes = this.received[c] + next - at;
  this.event = bytes[next - 1] === 10 ? 2 : 0;
  this.received[c] = this.event === 2 ? 0 : this.replyBytes;
  return next;
`;

function written(source: string, name = 'mine.js'): string {
  const file = join(scratchDirectory(), name);
  writeFileSync(file, source);
  return file;
}

test('a protocol that keeps its contract passes, with a line for each check', async () => {
  const { code, stdout, stderr } = await commandLine('protocol-test', written(lettersWith(RIGHT)));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const check of ['requests', 'replies', 'merged', 'split', 'interleaved', 'ended', 'damaged']) {
    expect(stdout).toMatch(new RegExp(`^${check} +ok +\\S`, 'm'));
  }
  expect(stdout).toContain('mine.js keeps its contract, with 3 replies of 9 bytes from mine.js.');
});

describe('a protocol that', () => {
  test.each([
    ['takes too much', RIGHT.replace('return next;', 'return next + 1;'), 'consume stopped at 5 of 4 bytes (COMPLETE)'],
    [
      'knows no cuts',
      RIGHT.replace('this.event = bytes[next - 1] === 10 ? 2 : 0;', 'this.event = 2;'),
      'cut after 1 bytes',
    ],
    [
      'throws',
      RIGHT.replace('if (wrong >= 0) {', "if (wrong >= 0) { throw new TypeError('a wrong byte');"),
      'TypeError: a wrong byte',
    ],
  ])('%s fails with the reason, and with 1', async (_, consume, reason) => {
    const { code, stdout } = await commandLine('protocol-test', written(lettersWith(consume)));
    expect(code).toBe(1);
    expect(stdout).toContain('FAILED');
    expect(stdout.replace(/\s+/g, ' ')).toContain(reason);
    expect(stdout).toMatch(/mine\.js fails \d of 7 checks/);
  });
});

test('--json contains the file and all checks', async () => {
  const { code, stdout } = await commandLine('protocol-test', written(lettersWith('return end;')), '--json');
  expect(code).toBe(1);
  const { plugIn, sample, checks } = JSON.parse(stdout);
  expect(plugIn).toMatchObject({
    protocol: 'plug-in',
    file: 'mine.js',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(sample).toBe('3 replies of 9 bytes from mine.js');
  expect(checks).toContainEqual({
    check: 'replies',
    claim: 'each reply answers one request',
    fault: expect.stringContaining('reply 0 gave'),
    passed: false,
  });
  expect(checks.find(({ check }: { check: string }) => check === 'requests')).toMatchObject({ passed: true });
});

test('options are passed to the file, and seeds give the same damage', async () => {
  const source = lettersWith(RIGHT).replace(
    '({ connections }) =>',
    '({ connections }, { mode }) => mode === undefined ? 5 :',
  );
  const file = written(source);
  expect(await commandLine('protocol-test', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('it is 5'),
  });
  const flags = ['--protocol-option', 'mode=', '--seed', '7', '--json'];
  const [one, other] = [
    await commandLine('protocol-test', file, ...flags),
    await commandLine('protocol-test', file, ...flags),
  ];
  expect(one).toMatchObject({ code: 0, stderr: '' });
  expect(one).toEqual(other);
});

test('replies may come from a file', async () => {
  const recorded = written(
    '{"schema":"sockbench/recording/1","datagrams":false,"conversations":[{"greeting":"","replies":["ok\\n"],"ends":false}]}',
    'replies.json',
  );
  const source = lettersWith(RIGHT).replace(/export const examples.*\n/, '');
  const { code, stdout } = await commandLine('protocol-test', written(source), '--recorded', recorded);
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toContain(`1 reply of 3 bytes from ${recorded}`);
});

describe('wrong usage ends with 2:', () => {
  const mine = () => written(lettersWith(RIGHT));
  test.each<[string, () => readonly string[], string]>([
    ['no file', () => [], 'no file given: protocol-test ./mine.ts'],
    ['a file that is missing', () => ['/nowhere/mine.ts'], "/nowhere/mine.ts can't be read (ENOENT)"],
    ['a file of another language', () => ['mine.py'], "'mine.py' is not a file of a protocol: its name ends with .ts"],
    ['a file without the export', () => [written('export {};')], 'createProtocol is missing (a function)'],
    [
      'no replies',
      () => [written(lettersWith(RIGHT).replace('export const examples', 'const examples'))],
      'mine.js has no examples: give a server with --target, or a file with --recorded',
    ],
    [
      'replies from two places',
      () => [mine(), '--target', 'tcp://127.0.0.1:1', '--recorded', 'a'],
      '--recorded: leave it out',
    ],
    ['a recording that is missing', () => [mine(), '--recorded', '/nowhere/a.json'], 'ENOENT'],
    ['a recording that is none', () => [mine(), '--recorded', written('5', 'a.json')], 'it is not a recording'],
    ['a copy of no replies', () => [mine(), '--save', 'a.json'], '--save needs --target'],
    [
      'a target of a protocol',
      () => [mine(), '--target', 'http://127.0.0.1:1'],
      'names a protocol: write tcp, udp, tls or unix',
    ],
    [
      'a stream for datagrams',
      () => [written(`${lettersWith(RIGHT)}export const datagrams = true;`), '--target', 'tcp://127.0.0.1:1'],
      'mine.js is for datagrams: write udp',
    ],
    [
      'an option without a value',
      () => [mine(), '--protocol-option', 'size'],
      "'size' is not an option, such as size=100",
    ],
    [
      'an option twice',
      () => [mine(), '--protocol-option', 'size=1', '--protocol-option', 'size=2'],
      '--protocol-option: size is given twice',
    ],
  ])('%s', async (_, args, fault) => {
    const { code, stdout, stderr } = await commandLine('protocol-test', ...args());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(fault);
  });

  test('a file that throws is reported with its stack', async () => {
    const { code, stderr } = await commandLine(
      'protocol-test',
      written('\nthrow new RangeError("at once");\n', 'mine.ts'),
    );
    expect(code).toBe(2);
    expect(stderr).toContain("mine.ts can't be loaded: RangeError: at once");
    expect(stderr).toMatch(/^ +at .*mine\.ts:2:/m);
  });
});
