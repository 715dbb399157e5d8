import { expect, test } from 'vitest';
import { assignedPlan } from '../../../bench/fleet/agent/assigned-plan.ts';
import { Fleet } from '../../../bench/fleet/controller/open-fleet.ts';
import { agentCardSchema } from '../../../bench/fleet/model/agent-card.ts';
import { commandSchema } from '../../../bench/fleet/model/command.ts';
import { commandSubject } from '../../../bench/fleet/model/subjects.ts';
import { decode } from '../../../bench/fleet/model/wire.ts';
import type { RunConfiguration, SingleTarget } from '../../../bench/model/configuration.ts';
import { planLoad, recipeOf } from '../../../bench/run/load-plan.ts';
import { planRounds } from '../../../bench/run/planner.ts';
import { address, get, http, inStages, page, ping, redis, secureHttp, tcp } from '../combined-loads.ts';
import { configuration } from '../configurations.ts';
import { MemoryBus } from './memory-bus.ts';
import { idOf } from './simulated-fleet.ts';

const REQUEST = { division: 'evenly', listenOn: '127.0.0.1', threads: 2, maxClockErrorMs: 1, silenceMs: 1000 } as const;
const store: SingleTarget = { ...page, url: 'redis://127.0.0.1:7/3', redis: { password: 'secret', database: 3 } };
const to = (...targets: SingleTarget[]): Partial<RunConfiguration> => ({ connections: [4], targets });
const model = to({ kind: 'model', model: 'async' });

// Where a program listens is known only to the target that was started.
test.each<[string, Partial<RunConfiguration>]>([
  ['echo of a model', { ...tcp, ...model }],
  ['datagrams to an address', { transports: ['udp'], ...to(address('udp')) }],
  ['streams to an address', { ...tcp, ...to(address('tcp')) }],
  ['a page of a model', { ...http, ...model }],
  ['a page at an address', { ...http, ...to(page) }],
  ['chosen HTTP requests', { ...http, exchange: get, ...to(page) }],
  ['HTTP over TLS', { ...secureHttp, connections: [4] }],
  ['WebSocket', { ...tcp, app: 'websocket', ...model }],
  ['Redis, with a password', { ...tcp, exchange: redis, ...to(store) }],
  ['a script', { ...tcp, exchange: ping, ...to(address('tcp')) }],
  ['a Poisson process', { ...tcp, rate: 100, arrivals: 'poisson', ...model }],
  ['connections in stages', { ...tcp, ...model, ...inStages([1, 32]) }],
  ['a number of requests', { ...tcp, requests: 1000, ...model }],
])('an agent makes the same load as this machine would: %s', async (_, given) => {
  const chosen: RunConfiguration = { ...configuration, rounds: 1, ...given };
  const [[spec] = []] = [...planRounds(chosen)];
  if (spec === undefined) throw new Error('no trial is planned');
  const target = {
    address: { host: '127.0.0.1', port: 7 },
    pids: null,
    died: new Promise<never>(() => {}),
    watch: () => {},
    lost: async () => [],
    stop: async () => {},
  };
  const plan = planLoad(spec, chosen, { serverCpus: [], loadCpus: [], threads: 2, warnings: [] }, target);
  const bus = new MemoryBus();
  const commands: unknown[] = [];
  bus.subscribe(commandSubject(idOf(0)), ({ data }) => commands.push(decode(commandSchema, data)));
  const card = agentCardSchema.parse({
    ...{ protocol: 1, agent: idOf(0), name: 'one', version: '1', labels: {}, state: 'idle', cpus: 2 },
    ...{ kernel: '6', node: '20', openFiles: null, targets: [], findings: [] },
  });
  const generator = new Fleet(bus, [card], REQUEST).start(plan, recipeOf(spec, chosen, target));
  await generator.stop();
  const [first] = commands;
  expect(first).toMatchObject({ kind: 'assign' });
  const { assignment } = commandSchema.parse(first) as { assignment: Parameters<typeof assignedPlan>[0] };
  const { cpus: _cpus, ...same } = plan;
  expect(assignedPlan(assignment)).toMatchObject(same);
});
