import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Phase } from '../../bench/model/event.ts';
import type * as Runner from '../../bench/run/runner.ts';
import { WatchedProcesses } from '../../bench/run/watched-processes.ts';
import { hasEnded } from '../../sockets/os/process-tree.ts';
import { scratchDirectory, sockbench } from '../cli/program.ts';
import { processTree } from '../servers/process-tree.ts';
import { soon, until } from '../servers/until.ts';
import { configuration } from './configurations.ts';
import { counted, measureTargets, onlyTrial } from './measured.ts';

/** Compiled: the runner's servers and threads are JavaScript programs. */
const built = new URL('../../dist/bench/run/runner.js', import.meta.url).href;
const { run }: typeof Runner = await import(built);

const forever = new AbortController().signal;

/** Returns the youngest descendant of this process: of a server with workers, a worker. */
function youngest(root = process.pid): number {
  const tree = processTree(root).sort((a, b) => Number(a.startTime) - Number(b.startTime) || a.pid - b.pid);
  return tree.at(-1)?.pid ?? 0;
}

describe('killing a worker of a built-in server fails the trial', () => {
  // Each model that has processes, and each phase of a trial.
  test.each([
    ['cluster', 'worker process', 'tcp', 'warming up'],
    ['cluster', 'worker process', 'udp', 'draining'],
    ['cluster-reuseport', 'worker process', 'tcp', 'measuring'],
    ['balanced', 'server process behind the balancer', 'tcp', 'measuring'],
    ['process-per-connection', 'process of a connection', 'tcp', 'measuring'],
  ] as const)('%s: a %s, over %s, while %s', async (model, what, transport, phase) => {
    let killed = 0;
    const observer = {
      progress(progress: { readonly phase: Phase }) {
        if (progress.phase !== phase || killed !== 0) return;
        killed = youngest();
        process.kill(killed, 'SIGKILL');
        // Everything after this happens after its death.
        while (!hasEnded(killed));
      },
      saved: () => undefined,
    };
    const load = { connections: [4], rate: 200, arrivals: 'constant', openTimeoutMs: 60_000 } as const;
    const targets = [{ kind: 'model', model }] as const;
    const plan = { ...configuration, ...load, targets, transports: [transport], rounds: 1 };
    const { trials, failures } = await run(plan, observer, forever);
    expect(trials).toEqual([]);
    const message = `server ${model} is no longer complete: ${what} ${killed} was killed by SIGKILL`;
    expect(failures).toMatchObject([{ message }]);
  });
});

describe('a foreign prefork server', () => {
  const server = fileURLToPath(new URL('./prefork-server.mjs', import.meta.url));
  const exec = (way: string) => ['--exec', `node ${server} {port} ${way}`, '--open-timeout', '60s', '--timeout', '30s'];

  test.each([
    ['killed', 'was killed by SIGKILL'],
    ['crashed', 'exited with code 3'],
  ])('fails the trial when a worker is %s', async (way, how) => {
    const { code, result } = await measureTargets(...exec(way), '-c', '4', ...counted(100));
    expect(code).toBe(4);
    expect(result.trials).toEqual([]);
    expect(result.failures).toMatchObject([
      {
        message: expect.stringMatching(new RegExp(`is no longer complete: process \\d+ \\(.*other\\) ${how}`)),
        stderr: ['the other worker is here'],
      },
    ]);
  });

  test('is not faulted for a worker that exits with code 0', async () => {
    const { code, result } = await measureTargets(...exec('replaced'), '-c', '4', ...counted(100));
    expect({ code, failures: result.failures }).toEqual({ code: 0, failures: [] });
  });

  test.each(['capacity', 'scale'])('makes %s report a killed worker', async (command) => {
    const least = command === 'capacity' ? ['--slo', 'p99<20s', '--start-rate', '300'] : ['-c', '1,2', '--rounds', '1'];
    const brief = ['-d', '500ms', '--warmup', '0s', '--out-dir', scratchDirectory(), '--json', '-'];
    const { code, stdout } = await sockbench(command, ...exec('killed'), ...least, ...brief);
    expect(code).toBe(4);
    expect(JSON.parse(stdout).failures[0].message).toMatch(/process \d+ .* was killed by SIGKILL/);
  });

  test('makes check report which arm lost a worker', async () => {
    const arms = ['--a', `node ${server} {port} replaced`, '--b', `node ${server} {port} killed`];
    const { code, stderr } = await sockbench('check', ...arms, '--timeout', '30s', '--out-dir', scratchDirectory());
    expect(code).toBe(4);
    expect(stderr).toMatch(/B \(.*\): server .* is no longer complete: process \d+ .* was killed by SIGKILL/);
  });
});

const python = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!python)('processes of a forking server may end with their clients (needs Python)', async () => {
  const forking = `exec python3 -c 'import socketserver, sys
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        data = self.request.recv(65536)
        while data:
            self.request.sendall(data)
            data = self.request.recv(65536)
socketserver.ForkingTCPServer.request_queue_size = 64
socketserver.ForkingTCPServer(("127.0.0.1", {port}), Echo).serve_forever()'`;
  const run = await measureTargets('--exec', forking, '-c', '4', '--connection', 'per-request', ...counted(20));
  expect(run.result.failures).toEqual([]);
  expect(onlyTrial(run).requests.completed).toBe(20);
});

describe('watched processes', () => {
  /** Starts a process that waits for its child, and so reaps it at once. @returns both pids. */
  async function parentAndChild(): Promise<{ parent: number; child: number }> {
    const shell = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await soon('the child', once(shell.stdout, 'data'));
    const [parent = 0, child] = [shell.pid, Number(line)];
    onTestFinished(() => {
      for (const pid of [child, parent]) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It has ended already.
        }
      }
    });
    return { parent, child };
  }

  test('report a child of another process by its command, and from Linux 6.15 on its signal', async () => {
    const { parent, child } = await parentAndChild();
    const watched = new WatchedProcesses();
    onTestFinished(() => watched.forget());
    watched.add([parent, child], true);
    expect(watched.ended()).toEqual([]);
    process.kill(child, 'SIGKILL');
    await until('the child to be waited for', () => !processTree(parent).some(({ pid }) => pid === child));
    const [end, ...others] = watched.ended();
    expect(others).toEqual([]);
    expect(end).toMatchObject({ pid: child, command: expect.stringContaining('sleep 1000'), isLasting: true });
    expect([undefined, 9]).toContain(end?.status);
  });

  test('report the signal of a child that no process waits for, on any kernel', async () => {
    // Nothing waits for the child: exec replaces the shell by a program that does not know of it.
    const shell = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void shell.kill('SIGKILL'));
    const [line] = await soon('the child', once(shell.stdout, 'data'));
    const child = Number(line);
    const watched = new WatchedProcesses();
    onTestFinished(() => watched.forget());
    watched.add([child], false);
    process.kill(child, 'SIGTERM');
    await until('the child to end', () => watched.ended().length > 0);
    expect(watched.ended()).toMatchObject([{ pid: child, isLasting: false, status: 15 }]);
  });
});
