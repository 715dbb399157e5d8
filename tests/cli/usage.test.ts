import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { commandLine } from './in-process.ts';

const commands = ['bench', 'run', 'scale', 'capacity', 'serve', 'connect', 'list', 'report', 'history'];
const hint = "Try 'sockbench --help', or --help after a command.";

/** Returns the lines of stderr without the hint to use --help. */
function faults(stderr: string): string[] {
  return stderr
    .trimEnd()
    .split('\n')
    .filter((line) => line !== hint);
}

describe('help', () => {
  test('names every command on stdout', async () => {
    const { code, stdout, stderr } = await commandLine('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of commands) expect(stdout).toContain(`sockbench ${command}`);
  });

  test.each(commands)('of %s contains its flags and examples, without running it', async (command) => {
    const { code, stdout, stderr } = await commandLine(command, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('--');
    expect(stdout).toContain(`Examples:\nsockbench ${command}`);
  });

  test('does not depend on the language of the user', async () => {
    vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { stdout } = await commandLine('bench', '--help');
    expect(stdout).toMatch(/^sockbench bench \[flags\]\n\nCompare.*Examples:.*Options:/s);
    expect(stdout).toContain('[default: 1,16,128]');
  });

  test('prints the version with --version', async () => {
    expect(await commandLine('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });
});

describe('wrong usage ends with 2 and is explained on stderr only:', () => {
  test.each([
    ['no command', [], ['no command given']],
    ['an unknown command', ['lsit'], ["unknown command 'lsit'; did you mean 'list'?"]],
    [
      'a command unlike any other',
      ['frobnicate'],
      ["unknown command 'frobnicate'; there are bench, run, scale, capacity, check, serve, connect, list, report"],
    ],
    ['an unknown flag', ['list', '--jsno'], ['unknown flag --jsno; did you mean --json?']],
    ['a stray argument', ['list', 'models'], ["unexpected argument 'models'"]],
    [
      'an unknown model',
      ['bench', '--models', 'evnt-driven'],
      ["unknown model 'evnt-driven'; did you mean 'event-driven'?"],
    ],
    ['an unknown app', ['serve', '--model', 'async', '--app', 'ecko'], ["unknown app 'ecko'; did you mean 'echo'?"]],
    ['an unknown format', ['report', '--format', 'jsn'], ["unknown format 'jsn'; did you mean 'json'?"]],
    ['a missing value', ['bench', '--out-dir'], ['--out-dir needs a value']],
    ['no target', ['run'], ["specify what to measure: --model NAME, --exec 'CMD {port}' or --target tcp://HOST:PORT"]],
    [
      'two targets',
      ['run', '--model', 'async', '--exec', 'serve {port}'],
      ['several targets: to put one load on all of them, set with --select'],
    ],
    ['two commands without --select', ['run', '--exec', 'a {port}', '--exec', 'b {port}'], ['set with --select']],
    [
      'nothing to select from',
      ['run', '--model', 'async', '--select', 'p2c'],
      ['select: one target leaves nothing to'],
    ],
    [
      'an unknown policy',
      ['run', '--model', 'async', '--model', 'async', '--select', 'p3c'],
      ["unknown selection policy 'p3c'; did you mean 'p2c'?"],
    ],
    [
      'a command without a port',
      ['bench', '--exec', 'serve 7000'],
      ["exec: 'serve 7000' has no {port}: write it in place of the port number"],
    ],
    ['an empty command', ['bench', '--exec', ''], ['--exec needs a value', 'nothing to measure']],
    ['commands of one name', ['bench', '--exec', 'a/x {port}', '--exec', 'b/x {port}'], ['two servers are called x']],
    [
      'more names than commands',
      ['bench', '--exec', 'a {port}', '--name', 'a', '--name', 'b'],
      ['--name: 2 names for 1 commands'],
    ],
    [
      'a start time-out of zero',
      ['run', '--exec', 'a {port}', '--start-timeout', '0s'],
      ['start-timeout: must be above zero'],
    ],
    [
      'a target of another transport',
      ['run', '--target', 'tcp://127.0.0.1:1', '--transport', 'udp'],
      ['target tcp://127.0.0.1:1 speaks tcp only'],
    ],
    ['a flag named like an object property', ['bench', '--constructor', '1'], ['unknown flag --constructor']],
    ['a model named like an object property', ['bench', '--models', 'constructor'], ["unknown model 'constructor'"]],
    ['too large a datagram', ['bench', '--size', '64KiB'], ['size: 65536 bytes over UDP']],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await commandLine(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = faults(stderr);
    expect(lines).toHaveLength(expected.length);
    expected.forEach((fault, i) => {
      expect(lines[i]).toContain(fault);
    });
    expect(stderr).toContain(hint);
  });

  test('all faults are reported at once', async () => {
    const { code, stdout, stderr } = await commandLine(
      ...['bench', '--modles', 'x', '--bogus', '-z', '--models', 'itrative,async', '--size', '1x'],
      ...['--duration', '5x', '-c', '0,1', '--rounds', '0', '--server-cpus', 'a', '--open-timeout'],
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(faults(stderr)).toEqual(
      [
        'sockbench: unknown flag --modles; did you mean --models?',
        'sockbench: unknown flag --bogus',
        'sockbench: unknown flag -z',
        "sockbench: unknown model 'itrative'; did you mean 'iterative'?",
        "sockbench: --duration: '5x' is not a duration, such as 500ms, 2s, 1m or 2 (seconds)",
        "sockbench: --size: '1x' is not a size, such as 64, 64KiB or 1MiB",
        '--open-timeout needs a value',
        "sockbench: --server-cpus: 'a' is not a list of CPUs, such as 0,2-3",
        'sockbench: connections: 0 is not a whole number from 1 to 1000000',
        'sockbench: rounds: 0 is not a whole number from 1 to 10000',
      ].map((fault) => fault.replace(/^(?!sockbench: )/, 'sockbench: ')),
    );
  });

  test('another machine as target, unless it is allowed by name', async () => {
    const { code, stderr } = await commandLine('run', '--target', 'tcp://192.0.2.1:80');
    expect(code).toBe(2);
    expect(stderr).toContain('to flood it, if it is yours, add --allow-remote 192.0.2.1');
  });
});
