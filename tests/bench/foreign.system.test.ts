import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { holdSocket, listeningSockets, parseListening } from '../../bench/measure/listening-sockets.ts';
import { fillIn } from '../../bench/run/foreign-target.ts';
import { scratchDirectory } from '../cli/program.ts';
import { whyMissing } from '../requirements.ts';
import { until } from '../servers/until.ts';
import { counted, measureTargets, onlyTrial, resultOf, startMeasuring } from './measured.ts';

const server = fileURLToPath(new URL('./foreign-server.mjs', import.meta.url));

/**
 * Returns a mark for a unique command line, so that remaining processes can be found. They are killed with the test.
 */
function marked(): string {
  const mark = join(scratchDirectory(), 'mark');
  onTestFinished(() => {
    for (const pid of pidsWith(mark)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has already ended by itself.
      }
    }
  });
  return mark;
}

/**
 * Returns the processes whose command line contains a text, except sockbench itself and the program that supervises the
 * command.
 */
function pidsWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const line = commandLine(pid);
      return line.includes(text) && !line.includes('sockbench.js') && !line.includes('foreign-command-main.js');
    })
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Returns the command of a server that behaves in some way. */
function command(way: string, mark: string): string {
  return `node ${server} {port} ${way} ${mark}`;
}

describe('a server in another language', () => {
  test.skipIf(whyMissing('python')).each(['tcp', 'udp'])(
    'is measured over %s like a built-in server',
    async (transport) => {
      const file = resolve('examples/servers/selecting.py');
      const echo = `exec python3 ${file} {port} {transport}`;
      const flags = ['--exec', echo, '--name', 'mine', '--transport', transport, '-c', '4'];
      const run = await measureTargets(...flags, ...counted(200));
      const trial = onlyTrial(run);
      expect(run.code).toBe(0);
      expect(trial).toMatchObject({ model: null, target: 'mine', transport, opening: { opened: 4, answered: 4 } });
      expect(trial.requests).toMatchObject({ errors: 0, corrupted: 0, timedOut: 0 });
      expect(trial.server?.cpuMicrosPerRequest).toBeGreaterThan(0);
      expect(trial.server).toMatchObject({ processes: 1 });
      expect(run.result.plan.commands).toEqual([{ name: 'mine', command: echo }]);
    },
  );

  test('may start to listen late, runs on the requested CPUs, and its stdout is not mixed with the results', async () => {
    const file = marked();
    const late = `grep Cpus_allowed_list /proc/self/status > ${file}; sleep 0.5; ${command('chatty', file)}`;
    const program = startMeasuring('--exec', late, '-c', '2', '--server-cpus', '0', ...counted(20));
    const { requests } = onlyTrial(await resultOf(program));
    expect(requests).toMatchObject({ completed: 20, errors: 0 });
    expect(readFileSync(file, 'utf8')).toMatch(/:\s0\n/);
  });
});

describe('no process remains of a server that', () => {
  test.each([
    ['ends on SIGTERM', 'echo', 1],
    ['ignores SIGTERM', 'stubborn', 1],
    ['serves in a child process', 'parent', 2],
    ['detaches itself from its group and parent, and ignores SIGTERM', 'daemon', 1],
  ])('%s, and all its CPU time is counted', async (_, way, processes) => {
    const mark = marked();
    const trial = onlyTrial(await measureTargets('--exec', `exec ${command(way, mark)}`, '-c', '2', ...counted(200)));
    expect(pidsWith(mark)).toEqual([]);
    expect(trial.requests).toMatchObject({ errors: 0, corrupted: 0 });
    // A Node server takes several microseconds per request; a launcher that only waits takes none.
    expect(trial.server?.cpuMicrosPerRequest).toBeGreaterThan(1);
    expect(trial.server).toMatchObject({ processes });
  });

  test.each(['stubborn', 'daemon'])('runs when sockbench is killed (%s)', async (way) => {
    const mark = marked();
    const program = startMeasuring('--exec', command(way, mark), '-R', '100', '-d', '60s', '-q');
    await until('the server to listen', () => pidsWith(mark).some((pid) => holds(pid)));
    program.process.kill('SIGKILL');
    await until('the server to end', () => pidsWith(mark).length === 0);
  });

  test('is still starting when the run is interrupted', async () => {
    const mark = marked();
    const program = startMeasuring('--exec', `sleep 60; # {port} ${mark}`);
    await until('the command to run', () => pidsWith(mark).length > 0);
    program.process.kill('SIGINT');
    expect((await program.end()).code).toBe(130);
    expect(pidsWith(mark)).toEqual([]);
  });
});

/** Reports whether a process has a listening socket, on any port. */
function holds(pid: number): boolean {
  const port = / |\0/[Symbol.split](commandLine(String(pid))).find((word) => /^\d{4,5}$/.test(word));
  return port !== undefined && holdSocket([pid], listeningSockets('tcp', Number(port))) === true;
}

describe('a command is a failed target, with the reason, when it', () => {
  test.each([
    [
      'exits at once',
      'echo first >&2; echo why >&2; exit 3 # {port}',
      /^server it exited with code 3$/,
      ['first', 'why'],
    ],
    ['is killed', 'kill -SEGV $$ # {port}', /^server it was killed by SIGSEGV$/, []],
    [
      'does not exist',
      'no-such-program {port}',
      /^server it exited with code 127$/,
      [expect.stringContaining('not found')],
    ],
    ['exits with code 0 without serving', 'true {port}', /^server it exited with code 0$/, []],
    [
      'never listens',
      'echo busy >&2; sleep 60 # {port}',
      /^server it did not listen on tcp port \d+ of 127\.0\.0\.1 \(--start-timeout\) after 3 s$/,
      ['busy'],
    ],
    ['exits during the measurement', command('mortal', ''), /^server it exited with code 9$/, []],
  ])('%s', async (_, line, message, stderr) => {
    const timeout = line.includes('sleep') ? ['--start-timeout', '3s'] : [];
    const { code, result } = await measureTargets('--exec', line, '--name', 'it', '-d', '60s', ...timeout);
    expect(code).toBe(4);
    expect(result.failures).toHaveLength(1);
    expect(result.failures[0]?.message).toMatch(message);
    expect(result.failures[0]?.stderr).toEqual(stderr);
  });

  test('gets a port on which another process listens', async () => {
    const file = marked();
    const silent = `echo {port} > ${file}; exec sleep 60`;
    const run = measureTargets('--exec', silent, '--name', 'it', '--start-timeout', '60s');
    await until('the port to be known', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
    const other = createServer().listen(Number(readFileSync(file, 'utf8')), '127.0.0.1');
    onTestFinished(() => void other.close());
    const { code, result } = await run;
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toMatch(
      /does not serve tcp port \d+ of 127\.0\.0\.1: a process that it did not start/,
    );
  });
});

test.each([
  ['serve {port}', 'serve 7000'],
  ['serve --at={host}:{port} --{transport}', 'serve --at=127.0.0.1:7000 --tcp'],
  ["awk '{print $1}' {port} {other}", "awk '{print $1}' 7000 {other}"],
  ['{constructor} {port}{port}', '{constructor} 70007000'],
])('fills in %s', (command, filled) => {
  expect(fillIn(command, { port: '7000', host: '127.0.0.1', transport: 'tcp' })).toBe(filled);
});

describe("the kernel's list of sockets", () => {
  const rest = '00000000:00000000 00:00000000 00000000     0        0';
  const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:5FF7 00000000:0000 0A ${rest} 22041 1 0000000000000000 100 0 0 10 0
   1: 0100007F:8C2A 0100007F:5FF8 01 ${rest} 22042 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:01BB 0100007F:8C2A 01 ${rest} 22043 1 0000000000000000 20 4 30 10 -1
   3: 00000000:5FF7 00000000:0000 0A ${rest} 22044 1 0000000000000000 100 0 0 10 0
   4: 0200000A:1F90 00000000:0000 0A ${rest} 22045 1 0000000000000000 100 0 0 10 0
`;
  const zeros = '0'.repeat(32);
  const tcp6 = `   0: ${zeros}:1F90 ${zeros}:0000 0A ${rest} 22060 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:1F91 ${zeros}:0000 0A ${rest} 22061 1 0000000000000000 100 0 0 10 0
`;
  const udp = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  123: 0100007F:5BA1 00000000:0000 07 ${rest} 22050 2 0000000000000000 0
  124: 0100007F:00FF 0100007F:5BA1 01 ${rest} 22051 2 0000000000000000 0
`;

  test.each([
    ['a TCP port with two listeners', tcp, 'tcp', 0x5ff7, ['22041', '22044']],
    ['a port of outgoing connections', tcp, 'tcp', 0x8c2a, []],
    ['a port of an accepted connection', tcp, 'tcp', 0x01bb, []],
    ['a port of a peer', tcp, 'tcp', 0x5ff8, []],
    ['an unused port', tcp, 'tcp', 0x5f, []],
    ['a port of another address', tcp, 'tcp', 0x1f90, []],
    ['a port of the IPv6 wildcard address, which IPv4 reaches', tcp6, 'tcp', 0x1f90, ['22060']],
    ['a port of ::1, which IPv4 does not reach', tcp6, 'tcp', 0x1f91, []],
    ['a bound UDP port', udp, 'udp', 0x5ba1, ['22050']],
    ['a connected UDP port', udp, 'udp', 0x00ff, []],
  ] as const)('%s', (_, table, transport, port, expected) =>
    expect(parseListening(table, transport, port)).toEqual(expected),
  );

  test('shows which process has a socket', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void listener.close());
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const sockets = listeningSockets('tcp', port);
    expect(sockets).toHaveLength(1);
    expect(holdSocket([process.pid], sockets)).toBe(true);
    expect(holdSocket([process.pid], ['0'])).toBe(false);
    expect(holdSocket([], sockets)).toBe(false);
  });
});
