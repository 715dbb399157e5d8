import { describe, expect, test } from 'vitest';
import { type AgentSettings, serveAsAgent } from '../../../bench/fleet/agent/agent.ts';
import { discover } from '../../../bench/fleet/controller/discover.ts';
import { synchronize } from '../../../bench/fleet/controller/synchronize.ts';
import { type Report, reportSchema } from '../../../bench/fleet/model/report.ts';
import { commandSubject, reportSubject } from '../../../bench/fleet/model/subjects.ts';
import { decode, encode } from '../../../bench/fleet/model/wire.ts';
import { ServiceError } from '../../../bench/model/errors.ts';
import { assignment } from './assignments.ts';
import { MemoryBus } from './memory-bus.ts';

const key = { run: 'c'.repeat(32), trial: 1 };

/** Starts an agent whose loads do nothing. */
async function startAgent() {
  const bus = new MemoryBus();
  const lines: string[] = [];
  const loads: string[] = [];
  const settings: AgentSettings = {
    bus,
    card: {
      ...{ name: 'one', labels: {}, cpus: 2, kernel: '6', node: '20', version: '1', openFiles: 1024 },
      ...{ targets: [], findings: [] },
    },
    admission: ({ address }) => (address.port === 7000 ? undefined : 'not that target'),
    openLoad: () => ({
      start: () => loads.push('start'),
      foundIdle: () => loads.push('found idle'),
      end: async () => void loads.push('end'),
    }),
    log: (line) => lines.push(line),
  };
  const stop = new AbortController();
  const served = serveAsAgent(settings, stop.signal);
  const [card] = await discover(bus, 1000, () => true);
  const agent = card?.agent ?? '';
  const reports: Report[] = [];
  bus.subscribe(reportSubject(key.run), ({ data }) => {
    const report = decode(reportSchema, data);
    if (report !== undefined) reports.push(report);
  });
  const send = (command: unknown) => bus.publish(commandSubject(agent), encode(command));
  return { bus, agent, card, lines, loads, reports, send, served, stop };
}

describe('an agent on a bus', () => {
  test('introduces itself and shows its clock', async () => {
    const { bus, agent, card, served, stop } = await startAgent();
    expect(card).toMatchObject({ name: 'one', state: 'idle', cpus: 2 });
    const clock = (await synchronize(bus, [agent])).get(agent);
    // Both clocks are the same one.
    expect(Math.abs(clock?.offsetNanos ?? Number.NaN)).toBeLessThanOrEqual(clock?.uncertaintyNanos ?? 0);
    stop.abort();
    await served;
  });

  test('refuses targets and commands that are not valid, with a reason', async () => {
    const { reports, send, served, stop } = await startAgent();
    send({ kind: 'assign', ...key, assignment: assignment({ address: { host: '127.0.0.1', port: 1 } }) });
    send({ kind: 'assign', ...key, assignment: { shell: 'reboot' } });
    const faults = reports.map((report) => (report.kind === 'fault' ? report.message : report.kind));
    expect(faults).toEqual(['not that target', expect.stringMatching(/not valid here \(assignment\.point: /)]);
    stop.abort();
    await served;
  });

  test('finishes its trial when it is drained, and then receives nothing any more', async () => {
    const { bus, loads, send, served, stop } = await startAgent();
    send({ kind: 'assign', ...key, assignment: assignment() });
    stop.abort();
    const [card] = await discover(bus, 1000, () => true);
    expect(card?.state).toBe('draining');
    send({ kind: 'stop', ...key });
    await served;
    expect(loads).toEqual(['end']);
    // What is left is the test's own.
    expect(bus.subscriptions).toBe(1);
  });

  test('ends its load when the connection is lost, and itself when it is closed for good', async () => {
    const { bus, lines, send, served } = await startAgent();
    send({ kind: 'assign', ...key, assignment: assignment() });
    bus.report({ kind: 'lost', message: 'the connection to NATS was lost' });
    expect(lines).toContain('trial 1 is over: the connection to NATS was lost');
    bus.report({ kind: 'closed', message: 'the account has expired' });
    await expect(served).rejects.toThrow(ServiceError);
  });
});
