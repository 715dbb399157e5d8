import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Daemon } from '../../../bench/lab/fleet/losses/daemon.ts';
import { checkResultSchema } from '../../../bench/model/check-result.ts';
import { type Result, resultSchema } from '../../../bench/model/result.ts';
import { echo } from '../../cli/brief-check.ts';
import { scratchDirectory, sockbench } from '../../cli/program.ts';
import { whyMissing } from '../../requirements.ts';
import { startAgent, startCheck, startNats, startRun } from './daemon.ts';

/** On a busy machine, a clock is not known well, and a process may be silent for a while. */
const PATIENT = ['--max-clock-error', '10s', '--agent-timeout', '30s'];
/** Replies take a while: a closed loop at full speed would use up the CPUs. */
const SLOWLY = ['--work', 'io:5ms'];
/** Echoes after a while. */
const LATE =
  "require('node:net').createServer((c) => c.on('data', (d) => setTimeout(() => c.write(d), 5)))" +
  '.listen(Number(process.argv[1]), process.argv[2]);';
/** Writes a line on stderr and ends when its first client sends something. */
const FRAGILE =
  "const s = require('node:net').createServer((c) => { c.once('data', (d) => { c.write(d); c.once('data', () => " +
  "{ console.error('out of coffee'); process.exit(3); }); }); }); s.listen(Number(process.argv[1]), process.argv[2]);";

describe.skipIf(whyMissing('nats-server') ?? whyMissing('libc'))('a machine that starts servers', () => {
  let nats: Awaited<ReturnType<typeof startNats>>;
  let host: Daemon;
  let load: Daemon;

  beforeAll(async () => {
    nats = await startNats();
    const [late, fragile] = [LATE, FRAGILE].map((code) => `exec '${process.execPath}' -e "${code}" {port} {host}`);
    [host, load] = await Promise.all([
      startAgent(nats.url, 'host', [
        ...['--serve', '--serve-command', `late=${late}`, '--serve-command', `fragile=${fragile}`],
        ...['--serve-command', `echo=${echo}`, '--serve-command', `again=${echo}`],
      ]),
      startAgent(nats.url, 'load', ['--allow-target', '127.0.0.1']),
    ]);
  });

  afterAll(async () => {
    await Promise.all([host?.end(), load?.end()]);
    await nats?.daemon.end();
  });

  /** Resolves when nothing but the agent is left on the machine. */
  async function leftAlone(from: number): Promise<void> {
    await host.waitFor(/server \d+ is over/, from);
    await expect.poll(() => host.tree, { timeout: 20_000 }).toHaveLength(1);
  }

  async function measured(
    command: string,
    ...flags: readonly string[]
  ): Promise<{ result: Result; code: number | null }> {
    const file = join(scratchDirectory(), 'result.json');
    const out = ['--out-dir', scratchDirectory(), '--json', file, '--nats', nats.url, '--quiet'];
    const { code } = await sockbench(command, '--serve-on', 'host', ...out, ...flags);
    return { result: resultSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), code };
  }

  test('starts each model in turn for the load of agents, and its CPU and memory are those of a local one', async () => {
    const from = host.output.length;
    const point = ['-c', '4', '-d', '300ms', '--warmup', '100ms', '--transports', 'tcp', ...SLOWLY];
    const { result, code } = await measured(
      'bench',
      '--models',
      'epoll,cluster',
      '--agents',
      'all',
      ...point,
      ...PATIENT,
    );
    expect(code).toBe(0);
    expect(result.plan).toMatchObject({ servedOn: { name: 'host' }, agents: ['load'], serverCpus: [] });
    expect(result.trials.map(({ target }) => target).sort()).toEqual(['cluster', 'epoll']);
    for (const { model, server, kernel, opening } of result.trials) {
      expect(opening.answered).toBe(4);
      expect(server?.cpuSeconds).toBeGreaterThan(0);
      expect(server?.peakPssBytes).toBeGreaterThan(1e6);
      expect(server?.memoryBytesPerConnection).toBeTypeOf('number');
      expect(server?.processes).toBeGreaterThan(model === 'cluster' ? 1 : 0);
      expect(kernel).not.toBeNull();
    }
    await leftAlone(from);
  });

  test('starts a command that its owner lists, by its name alone', async () => {
    // Long enough for both readings: each is taken when its question arrives there.
    const { result, code } = await measured(
      ...['run', '--serve-command', 'late', '-c', '2', '-d', '2s', ...PATIENT.slice(2)],
    );
    expect(code).toBe(0);
    expect(result.trials[0]).toMatchObject({ target: 'late', model: null });
    expect(result.trials[0]?.server?.cpuSeconds).toBeGreaterThan(0);
  });

  test('reports a server that ends, with its last lines, and a worker that is killed: both trials have failed', async () => {
    const ended = await measured('run', '--serve-command', 'fragile', '-c', '1', '-d', '30s', ...PATIENT.slice(2));
    expect(ended.code).toBe(4);
    expect(ended.result.failures[0]).toMatchObject({
      message: expect.stringMatching(/server fragile exited with code 3/),
      stderr: ['out of coffee'],
    });
    const from = host.output.length;
    const flags = ['--serve-on', 'host', '--model', 'cluster', '-c', '2', '-d', '60s', '--warmup', '0', '--quiet'];
    const run = startRun(nats.url, [...flags, ...PATIENT.slice(2), '--out-dir', scratchDirectory()]);
    onTestFinished(() => run.end());
    await host.waitFor(/listens on/, from);
    // The last process is a worker: those before are the agent and the server.
    process.kill(host.tree.at(-1) ?? Number.NaN, 'SIGKILL');
    expect(await run.ended).toBe(4);
    expect(run.output).toMatch(/server cluster is no longer complete: worker process/);
    await leftAlone(from);
  });

  test('ends its server when the controller is killed', async () => {
    const from = host.output.length;
    const model = ['--serve-on', 'name=host', '--model', 'epoll', ...SLOWLY];
    const run = startRun(nats.url, [...model, '-d', '60s', '--agent-timeout', '3s', '-q']);
    onTestFinished(() => run.end());
    await host.waitFor(/listens on/, from);
    run.signal('SIGKILL');
    await host.waitFor(/is over: the controller was silent/, from);
    await leftAlone(from);
  });

  test('starts both programs of a check, which is invalid when an agent is lost, by its name', async () => {
    const from = host.output.length;
    const file = join(scratchDirectory(), 'check.json');
    const victim = await startAgent(nats.url, 'victim', ['--allow-target', '127.0.0.1']);
    onTestFinished(() => victim.end());
    const brief = ['--gate', 'throughput,cpu', '--window', '10ms', '--warmup', '50ms', '-c', '4', '--timeout', '60s'];
    const flags = ['--agents', '2', '--max-clock-error', '10s', '--agent-timeout', '10s', '--json', file, '-q'];
    const check = startCheck(nats.url, [
      ...['--serve-on', 'host', '-a', 'echo', '-b', 'again', ...brief, ...flags],
      ...['--out-dir', scratchDirectory()],
    ]);
    onTestFinished(() => check.end());
    // All windows of the first start of both programs are over.
    await victim.waitFor(/trial 3: 2 of 4 connections/);
    victim.signal('SIGKILL');
    expect(await check.ended).toBe(3);
    expect(check.output).toMatch(/INVALID: agent victim was silent for/);
    const result = checkResultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const plan = { a: 'echo', b: 'again', agents: ['load', 'victim'], servedOn: { name: 'host' } };
    expect(result).toMatchObject({ plan, verdict: { outcome: 'invalid' } });
    await leftAlone(from);
  });

  test('on SIGTERM ends its server at once, and itself', async () => {
    const from = host.output.length;
    const flags = ['--serve-on', 'host', '--model', 'epoll', ...SLOWLY, '-d', '60s', '-q', ...PATIENT.slice(2)];
    const run = startRun(nats.url, [...flags, '--out-dir', scratchDirectory()]);
    onTestFinished(() => run.end());
    await host.waitFor(/listens on/, from);
    const [agent = 0, ...servers] = host.tree;
    host.signal('SIGTERM');
    expect(await run.ended).toBe(4);
    expect(run.output).toMatch(/agent host: it is being shut down/);
    expect(await host.ended).toBe(0);
    expect(servers.length).toBeGreaterThan(0);
    for (const pid of [agent, ...servers]) expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});
