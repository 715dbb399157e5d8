import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import type { Daemon } from '../../../bench/lab/fleet/losses/daemon.ts';
import { storedLatencies, storedValues } from '../../../bench/measure/stored-histogram.ts';
import { type Result, resultSchema } from '../../../bench/model/result.ts';
import { scratchDirectory, sockbench } from '../../cli/program.ts';
import { whyMissing } from '../../requirements.ts';
import { httpServer } from '../http-server.ts';
import { assignment } from './assignments.ts';
import { startAgent, startNats, startRun, startScale } from './daemon.ts';

/** On a busy machine, a clock is not known well. */
const ANY_CLOCK = ['--max-clock-error', '10s'];
const keptSchema = z.object({ latencyMicros: z.object({ response: z.object({ hdr: z.string() }) }) });

/** A server's replies take a while: a closed loop at full speed would use up the CPUs. */
const SLOWLY = ['--work', 'io:5ms'];

/** What no test waits for to its end. */
const LONG = ['--model', 'epoll', ...SLOWLY, '-d', '60s', '--warmup', '0', '-c', '4', '--quiet'];

describe.skipIf(whyMissing('nats-server') ?? whyMissing('libc'))('a fleet', () => {
  /** Where agents keep their own results, one directory each. */
  let keptBy: string;
  let nats: Awaited<ReturnType<typeof startNats>>;
  const agents = new Map<string, Daemon>();

  async function joined(name: string, ...flags: readonly string[]): Promise<Daemon> {
    const agent = await startAgent(nats.url, name, flags);
    agents.set(name, agent);
    return agent;
  }

  function agentNamed(name: string): Daemon {
    const agent = agents.get(name);
    if (agent === undefined) throw new Error(`no agent ${name}`);
    return agent;
  }

  beforeAll(async () => {
    keptBy = mkdtempSync(join(tmpdir(), 'sockbench-agents-'));
    nats = await startNats();
    await Promise.all(
      ['one', 'two'].map((name) => joined(name, '--allow-target', '127.0.0.1', '--out-dir', join(keptBy, name))),
    );
  });

  afterAll(async () => {
    await Promise.all([...agents.values()].map((agent) => agent.end()));
    await nats?.daemon.end();
    rmSync(keptBy, { recursive: true, force: true });
  });

  async function measured(...flags: readonly string[]): Promise<{ result: Result; code: number | null }> {
    const file = join(scratchDirectory(), 'result.json');
    const out = ['--out-dir', scratchDirectory(), '--json', file, '--nats', nats.url, '--quiet'];
    const clock = flags.includes('--max-clock-error') ? [] : ANY_CLOCK;
    // A busy machine may be silent for a while.
    const model = ['--model', 'epoll', ...SLOWLY, '--agent-timeout', '30s'];
    const { code } = await sockbench('run', ...model, ...out, ...clock, ...flags);
    return { result: resultSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), code };
  }

  test('makes one load, whose result is the sum of its agents, bucket by bucket', async () => {
    const { result, code } = await measured('--agents', '2', '-c', '9', '-d', '1500ms', '--warmup', '100ms');
    expect(code).toBe(0);
    const [trial] = result.trials;
    const { agents: parts = [] } = trial ?? {};
    expect(parts.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    expect(parts.reduce((sum, { connections }) => sum + connections, 0)).toBe(9);
    expect(trial?.opening).toMatchObject({ opened: 9, answered: 9 });
    for (const count of ['sent', 'completed', 'errors', 'timedOut', 'dropped'] as const) {
      expect(trial?.requests[count]).toBe(parts.reduce((sum, { requests }) => sum + requests[count], 0));
    }
    for (const { requests, clock, startLagMicros } of parts) {
      // By its own clock, no agent begins early.
      expect(startLagMicros).toBeGreaterThan(-5);
      expect(requests.completed).toBeGreaterThan(0);
      expect(clock.uncertaintyMicros).toBeGreaterThan(0);
    }
    // What the agents kept themselves never passed through a message.
    const kept = readdirSync(keptBy).flatMap((agent) => {
      const files = readdirSync(join(keptBy, agent)).map((name) => join(keptBy, agent, name));
      return files.map((file) => keptSchema.parse(JSON.parse(readFileSync(file, 'utf8'))));
    });
    expect(kept).toHaveLength(2);
    const sum = new Map<number, number>();
    for (const { nanos, times } of kept.flatMap(
      ({ latencyMicros }) => storedValues(latencyMicros.response.hdr) ?? [],
    )) {
      sum.set(nanos, (sum.get(nanos) ?? 0) + times);
    }
    const whole = storedValues(trial?.latencyMicros.response.hdr ?? '');
    expect(whole).toEqual([...sum].sort(([a], [b]) => a - b).map(([nanos, times]) => ({ nanos, times })));
    expect(storedLatencies([trial?.latencyMicros.response ?? { hdr: '' }])?.count).toBe(trial?.requests.completed);
  });

  test('refuses a rate when a clock is not known well enough, and names the agent', async () => {
    const flags = ['--agents', 'name=one', '-c', '2', '-d', '1s', '--rate', '100', '--max-clock-error', '0'];
    const { result, code } = await measured(...flags);
    expect(code).toBe(4);
    expect(result.trials).toEqual([]);
    expect(result.failures[0]?.message).toMatch(/the clock of agent one is known to ±.* too little for a rate/);
  });

  test('loads a server that runs already, to the end, although an agent is asked to end meanwhile', async () => {
    let requests = 0;
    const url = await httpServer((request, response) => {
      requests++;
      request.resume();
      response.end('ok');
    });
    const leaving = await joined('leaving', '--allow-target', '127.0.0.1');
    const file = join(scratchDirectory(), 'result.json');
    const flags = ['--agents', '3', '-c', '3', '-n', '301', '--warmup', '0', '--agent-timeout', '30s', ...ANY_CLOCK];
    const run = startRun(nats.url, ['--target', url, ...flags, '--json', file, '--out-dir', scratchDirectory()]);
    onTestFinished(() => run.end());
    await leaving.waitFor(/trial 1: /);
    leaving.signal('SIGTERM');
    expect(await run.ended, run.output).toBe(0);
    expect(await leaving.ended).toBe(0);
    const [trial] = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).trials;
    expect(trial?.agents).toHaveLength(3);
    expect(trial?.requests).toMatchObject({ sent: 301, completed: 301 });
    // Each connection is opened with a request that is not counted.
    expect(requests).toBe(301 + 3);
  });

  test('does not load a target that its owner does not allow', async () => {
    const agent = await joined('strict', '--allow-target', '10.9.9.9');
    const { result, code } = await measured('--agents', 'name=strict', '-d', '1s');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toMatch(/agent strict: its owner does not allow the target 127\.0\.0\.1/);
    agent.signal('SIGTERM');
    expect(await agent.ended).toBe(0);
  });

  test('is listed, and ignores hostile messages on all its subjects: the next run is whole', async () => {
    const { code: listCode, stdout } = await sockbench('agents', '--nats', nats.url, '--json');
    expect(listCode).toBe(0);
    const { agents: listed } = JSON.parse(stdout) as { agents: { agent: string }[] };
    const clock = { uncertaintyNanos: expect.any(Number) };
    expect(listed).toMatchObject([
      { name: 'one', labels: { name: 'one' }, state: 'idle', targets: ['127.0.0.1'], clock },
      { name: 'two', labels: { name: 'two' }, state: 'idle' },
    ]);
    await sendHostileMessages(listed.map(({ agent }) => agent));
    const { result, code } = await measured('--agents', '2', '-c', '4', '-n', '101', '--warmup', '0');
    expect(code).toBe(0);
    expect(result.trials[0]?.requests).toMatchObject({ sent: 101, completed: 101 });
    expect(result.trials[0]?.agents).toHaveLength(2);
    expect(agentNamed('one').output).toContain('192.0.2.1');
  });

  async function sendHostileMessages(ids: readonly string[]): Promise<void> {
    const client = await connect({ servers: nats.url });
    onTestFinished(() => client.close());
    const key = { run: 'f'.repeat(32), trial: 1 };
    const hostile = [
      ...['', '{', 'null', '[]', '{"kind":"assign"}', 'x'.repeat(300_000)],
      JSON.stringify({ kind: 'assign', ...key, assignment: { ...assignment(), point: { app: '../../etc/passwd' } } }),
      JSON.stringify({ kind: 'assign', ...key, assignment: assignment({ address: { host: '192.0.2.1', port: 1 } }) }),
      JSON.stringify({ kind: 'stop', ...key }),
      JSON.stringify({
        kind: 'start',
        ...key,
        schedule: { begin: 1e300, warmupEnd: 0, measureEnd: -1, drainEnd: null },
      }),
      JSON.stringify({ exchange: -1 }),
    ];
    for (const agent of ids) {
      for (const text of hostile) {
        client.publish(`sockbench.agent.${agent}.command`, text);
        client.publish(`sockbench.agent.${agent}.clock`, text, { reply: 'sockbench.agents.ping' });
      }
    }
    for (const text of hostile)
      client.publish('sockbench.agents.ping', text, { reply: `sockbench.run.${key.run}.report` });
    await client.flush();
  }

  test('fails the trial when the controller is killed: every agent ends its load', async () => {
    const [one, two] = [agentNamed('one'), agentNamed('two')];
    const from = [one.output.length, two.output.length];
    const run = startRun(nats.url, [...LONG, '--agents', '2', ...ANY_CLOCK]);
    onTestFinished(() => run.end());
    await Promise.all([one, two].map((agent, i) => agent.waitFor(/begins in/, from[i])));
    run.signal('SIGKILL');
    await Promise.all([one, two].map((agent, i) => agent.waitFor(/is over: the controller was silent/, from[i])));
  });

  test('fails the trial when the controller is stopped: it blames itself, and agents end their load meanwhile', async () => {
    const [one, two] = [agentNamed('one'), agentNamed('two')];
    const from = [one.output.length, two.output.length];
    const flags = ['--agents', '2', ...ANY_CLOCK, '--agent-timeout', '3s', '--out-dir', scratchDirectory()];
    const run = startRun(nats.url, [...LONG, ...flags]);
    onTestFinished(() => run.end());
    await Promise.all([one, two].map((agent, i) => agent.waitFor(/begins in/, from[i])));
    run.signal('SIGSTOP');
    await Promise.all([one, two].map((agent, i) => agent.waitFor(/is over: the controller was silent/, from[i])));
    run.signal('SIGCONT');
    expect(await run.ended).toBe(4);
    expect(run.output).toMatch(/this program was stopped for/);
  });

  async function failedRun(disturb: () => void, from: Daemon): Promise<{ output: string; code: number | null }> {
    const at = from.output.length;
    const flags = ['--agents', '2', ...ANY_CLOCK, '--agent-timeout', '3s', '--out-dir', scratchDirectory()];
    const run = startRun(nats.url, [...LONG, ...flags]);
    onTestFinished(() => run.end());
    await from.waitFor(/begins in/, at);
    disturb();
    const code = await run.ended;
    return { output: run.output, code };
  }

  test('fails the trial when an agent is stopped, and the agent ends its load when it continues', async () => {
    const two = agentNamed('two');
    const at = two.output.length;
    const { output, code } = await failedRun(() => two.signal('SIGSTOP'), two);
    expect(code).toBe(4);
    expect(output).toMatch(/agent two was silent for/);
    two.signal('SIGCONT');
    await two.waitFor(/is over/, at);
  });

  test('fails the trial when an agent is killed, names it, and stops the others', async () => {
    const [one, two] = [agentNamed('one'), agentNamed('two')];
    const at = one.output.length;
    const { output, code } = await failedRun(() => two.signal('SIGKILL'), two);
    expect(code).toBe(4);
    expect(output).toMatch(/agent two was silent for/);
    await one.waitFor(/is over: the controller ended it/, at);
  });

  test('reports a broken connection to NATS on both sides, saves what was finished, and agents return', async () => {
    await joined('three', '--allow-target', '127.0.0.1');
    const one = agentNamed('one');
    const at = one.output.length;
    const file = join(scratchDirectory(), 'result.json');
    const flags = ['--agents', '2', ...ANY_CLOCK, '--agent-timeout', '30s', '--out-dir', scratchDirectory()];
    // NATS ends while the second of its three trials waits for its start.
    const sweep = ['--models', 'epoll', ...SLOWLY, '-c', '2,4,6', '-d', '1500ms', '--warmup', '0', '--rounds', '1'];
    const run = startScale(nats.url, [...sweep, ...flags, '--json', file]);
    onTestFinished(() => run.end());
    await one.waitFor(/trial 2 begins in/, at);
    nats.daemon.signal('SIGKILL');
    expect(await run.ended).toBe(4);
    const { trials, failures } = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(trials).toHaveLength(1);
    expect(failures.map(({ message }) => message)).toEqual([expect.stringMatching(/the connection to NATS was lost/)]);
    await one.waitFor(/is over: the connection to NATS was lost/, at);
    await nats.daemon.end();
    nats = await startNats(nats.port);
    await one.waitFor(/connected to NATS again/, at);
  });
});
