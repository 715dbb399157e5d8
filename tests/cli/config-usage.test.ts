import { dirname } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { configFilesIn } from '../../scripts/options/find-config.ts';
import { configFile } from './config-file.ts';
import { commandLine } from './in-process.ts';

/** Returns the faults of a command line, without the hint to use --help, and with FILE for the path of a file. */
async function faults(file: string, ...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await commandLine(...args, '--config', file);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  return stderr
    .replaceAll(file, 'FILE')
    .trimEnd()
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^sockbench: /, ''));
}

/** Returns the printed options of a command line, and the lines with their sources. */
async function printed(...args: readonly string[]) {
  const { code, stdout, stderr } = await commandLine(...args, '--print-config');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.split('\n').map((line) => line.trim());
  return {
    options: parse(stdout),
    line: (name: string) => lines.find((line) => line.replace('# ', '').startsWith(`${name}:`)),
  };
}

const FAULTY = `duration: 2s
conections: 4
bench:
  models: [epoll, asink]
  quiet: 1
run:
  sise: 5
  target: [{ exec: 'x {port}' }, { modle: epoll }]
scenarios:
  one: { command: rnu }
  two: { rounds: 1 }
  three: { command: run, openTimeout: [] }
`;

describe('a file of options', () => {
  test('is refused with every fault at once, each with its line and column', async () => {
    expect(await faults(configFile(FAULTY), 'bench', '--size', 'x')).toEqual([
      'FILE:2:1: conections: unknown option; did you mean connections?',
      'FILE:5:3: bench.quiet: must be true or false',
      'FILE:7:3: run.sise: unknown option; did you mean size?',
      "FILE:8:34: run.target[1]: must be { model: 'NAME' }, { exec: 'CMD {port}', name: 'NAME' } or { url: 'tcp://HOST:PORT' }",
      'FILE:10:10: scenarios.one.command: there is no such command to configure; did you mean run?',
      'FILE:11:3: scenarios.two: command is missing: write command: bench, run, scale, capacity, check, serve',
      'FILE:12:26: scenarios.three.openTimeout: must be a text or a number',
      "FILE:4:3: bench.models: unknown model 'asink'; did you mean 'async'?",
      "--size: 'x' is not a size, such as 64, 64KiB or 1MiB",
    ]);
  });

  test('and so are values that only the command refuses', async () => {
    const file = configFile('run:\n  model: epoll\n  size: 0\n  connections: 0\n  duration: 5s\n  stage: 1s:5\n');
    expect(await faults(file, 'run')).toEqual([
      'FILE:5:3: run.duration: the stages set the duration: leave out one of them',
      'FILE:4:3: run.connections: 0 is not a whole number from 1 to 1000000',
      expect.stringContaining('FILE:3:3: run.size: messages hold 1 to'),
    ]);
  });

  test('of TypeScript is executed, and its faults name the option', async () => {
    const file = configFile(
      "import { defineConfig } from 'sockbench/config';\n" +
        "enum Level { Low = 5 }\nexport default defineConfig({ run: { model: 'epol' as 'epoll', connections: Level.Low, foo: 1 } });\n",
      'options.ts',
    );
    expect(await faults(file, 'run')).toEqual([
      'FILE: run.foo: unknown option',
      "FILE: run.model: unknown model 'epol'; did you mean 'epoll'?",
    ]);
  });

  test('of JavaScript may be a module of either kind', async () => {
    const common = configFile("module.exports = { run: { model: 'epoll', rounds: 3 } };", 'options.js');
    expect((await printed('run', '--config', common)).options).toEqual({ run: { model: 'epoll', rounds: 3 } });
    const module = configFile("export default await Promise.resolve({ run: { model: 'epoll' } });", 'options.mjs');
    expect((await printed('run', '--config', module)).options).toEqual({ run: { model: 'epoll' } });
    const failing = configFile("throw new Error('no options today');", 'options.mjs');
    expect(await faults(failing, 'run')).toEqual(["FILE: can't be loaded: Error: no options today"]);
  });

  test.each([
    ['does not exist', 'missing.yaml', undefined, "FILE: can't be read: there is no such file"],
    ['has another extension', 'options.toml', '', 'FILE: the name of a file of options ends with .yaml'],
    ['contains a list', 'options.yaml', '- 1', 'FILE: must contain an object of options'],
    ['is huge', 'options.yaml', ' '.repeat(2 ** 20 + 1), 'FILE: 1048577 bytes are more than'],
    ['is not JSON', 'options.json', '{ "run": {},\n}', 'FILE:2:1: not JSON: '],
  ])('that %s is refused', async (_, name, text, fault) => {
    const file = text === undefined ? `/nonexistent/${name}` : configFile(text, name);
    expect(await faults(file, 'run', '--model', 'epoll')).toEqual([expect.stringContaining(fault)]);
  });

  test('is found in the working directory by its name', () => {
    expect(configFilesIn(dirname(configFile('', 'sockbench.config.yml')))).toEqual(['sockbench.config.yml']);
    expect(configFilesIn(dirname(configFile('', 'sockbench.config')))).toEqual([]);
  });

  test('may be empty', async () => {
    expect((await printed('run', '--config', configFile('# later\nrun:\n'))).options).toEqual({ run: null });
  });
});

describe('of several sources,', () => {
  const FILE = `$schema: ./schema.json
duration: 2s
connections: [1, 16]
timeout: 9s
run:
  timeout: 8s
  exec: mine {port}
  size: 128
scenarios:
  slow: { command: run, timeout: 7s, duration: 20s, target: 'http://me:secret@127.0.0.1:9/x', header: { Cookie: a=b, Accept: '*/*' } }
  other: { command: bench, rounds: 3 }
`;

  test('flags override variables, a scenario, the section of the command, options of all commands, and defaults', async () => {
    vi.stubEnv('SOCKBENCH_DURATION', '30s');
    onTestFinished(() => void vi.unstubAllEnvs());
    const file = configFile(FILE);
    const { options, line } = await printed('run', '--config', file, '--scenario', 'slow', '--rounds', '4', '-q');
    expect(options.run).toEqual({
      target: 'http://***@127.0.0.1:9/x',
      duration: '30s',
      rounds: 4,
      timeout: '7s',
      size: 128,
      header: ['Cookie: ***', 'Accept: */*'],
      quiet: true,
    });
    expect(line('duration')).toBe('duration: 30s # SOCKBENCH_DURATION');
    expect(line('timeout')).toBe(`timeout: 7s # ${file}:10`);
    expect(line('size')).toBe(`size: 128 # ${file}:8`);
    expect(line('rounds')).toBe('rounds: 4 # --rounds');
    expect(line('warmup')).toBe('# warmup: 1s # default');
    expect(line('connections')).toBe('# connections: 50 # default');
  });

  test('a higher one displaces what it excludes', async () => {
    const { options } = await printed('run', '--config', configFile(FILE), '--model', 'epoll', '--stage', '1s:5');
    expect(options.run).toEqual({ model: 'epoll', stage: '1s:5', timeout: '8s', size: 128 });
  });

  test('what is printed is a file of the same options', async () => {
    const args = ['bench', '--config', configFile(FILE), '--quick', '--models', 'async,epoll'];
    const { stdout } = await commandLine(...args, '--print-config');
    const { options } = await printed('bench', '--config', configFile(stdout));
    expect(options).toEqual(parse(stdout));
    expect(options.bench).toMatchObject({ connections: [1, 16], models: ['async', 'epoll'], quick: true });
  });

  test('options of all commands do not apply where they have no effect', async () => {
    const file = configFile('size: 128\ncacheHit: 0.5\ntlsResume: true\nrate: 100\nbudget: 1m\nthreshold: p99<5ms\n');
    expect((await printed('scale', '--config', file, '--models', 'epoll')).options.scale).not.toHaveProperty('rate');
    expect(await faults(file, 'run', '--target', 'http://127.0.0.1:1')).toEqual([
      'FILE:2:1: cacheHit: there is no work to skip: add --work',
    ]);
  });

  test('a scenario is for one command, and a mistyped name is answered with the nearest', async () => {
    const file = configFile(FILE);
    expect(await faults(file, 'run', '--model', 'epoll', '--scenario', 'other')).toEqual([
      '--scenario: other is for bench, not for run',
    ]);
    expect(await faults(file, 'run', '--scenario', 'slwo')).toEqual([
      "--scenario: unknown scenario 'slwo'; did you mean 'slow'?",
    ]);
    expect(await faults(configFile(''), 'run', '--model', 'epoll', '--scenario', 'x')).toEqual([
      '--scenario: there are no scenarios in FILE',
    ]);
    const { code, stderr } = await commandLine('run', '--model', 'epoll', '--scenario', 'x');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--scenario: there is no file of scenarios')]);
  });

  test('a variable is named in its faults, an unknown one is noted, and one of another command is ignored', async () => {
    vi.stubEnv('SOCKBENCH_SIZE', 'huge');
    vi.stubEnv('SOCKBENCH_SLO', 'p99<5ms');
    vi.stubEnv('SOCKBENCH_DURATON', '5s');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, stderr } = await commandLine('run', '--model', 'epoll');
    expect(code).toBe(2);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'ignored: SOCKBENCH_DURATON: there is no such variable; did you mean SOCKBENCH_DURATION?',
      "sockbench: SOCKBENCH_SIZE: 'huge' is not a size, such as 64, 64KiB or 1MiB",
    ]);
  });

  test('--no-config leaves out the file, and excludes --config', async () => {
    expect(await faults(configFile('nonsense: 1'), 'run', '--model', 'epoll', '--no-config')).toEqual([
      '--no-config: leave it out, or --config',
    ]);
  });
});

test.each(['bench', 'scale', 'capacity', 'check'])('%s has one effort at a time', async (command) => {
  const { code, stderr } = await commandLine(command, '--quick', '--thorough');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--thorough: leave it out, or --quick')]);
});

test('an effort decides what no flag gives', async () => {
  const file = configFile('bench: { thorough: true, duration: 1s, rounds: 20 }');
  const { options, line } = await printed('bench', '--config', file, '--quick', '-r', '3');
  expect(options).toEqual({ bench: { rounds: 3, quick: true } });
  expect(line('duration')).toBe('# duration: 200ms # --quick');
  expect((await printed('bench', '--config', file)).options.bench).toEqual({
    thorough: true,
    duration: '1s',
    rounds: 20,
  });
});
