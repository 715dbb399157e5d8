import * as z from 'zod';
import {
  membersOf,
  type RunConfiguration,
  type SingleTarget,
  type TargetSpec,
} from '../../bench/model/configuration.ts';
import { codedFaults } from '../../bench/model/configuration-faults.ts';
import { engineNames } from '../../bench/model/engine.ts';
import { selectPolicyNames } from '../../bench/model/select-policy.ts';
import { boundable, parseThresholds } from '../../bench/model/threshold.ts';
import { textsOf } from '../../bench/model/want.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { modelNames } from '../../servers/model-catalog.ts';
import { duration, integer } from '../cli/amounts.ts';
import { oneOf, parsed, someOf, texts } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { textsForm } from '../cli/option-form.ts';
import { loadDisplacements } from '../flags/displacements.ts';
import { fleetFlags, readFleet } from '../flags/fleet.ts';
import { foreignFlags, readForeign } from '../flags/foreign.ts';
import { assertSizeApplies, readLoad, readWork } from '../flags/load.ts';
import { loadFlags, MEASURED, serverFlags, targetFlags } from '../flags/options.ts';
import { outputFlags, readOutput } from '../flags/output.ts';
import { protocolFileFlags, readProtocolFile } from '../flags/protocol-file.ts';
import { readOwnersCommands, readServeOn, serveOnFlags } from '../flags/serve-on.ts';
import { readAddress } from '../flags/target-url.ts';
import { readTlsUse } from '../flags/tls.ts';
import { planTrials } from '../session/measurement.ts';
import { measuringCommand } from '../session/measuring-command.ts';

const schema = z.strictObject({
  // Not a set: a model named twice means two servers.
  model: someOf('model', modelNames)
    .default([])
    .meta({ group: MEASURED, description: `Start and measure one of ${modelNames.join(', ')}` }),
  target: texts().meta({
    group: MEASURED,
    description:
      'Measure a running server: tcp://127.0.0.1:7000, or udp, tls, ws, wss, http, https, redis, rediss://…, unix:///path, http+unix',
  }),
  ...foreignFlags,
  ...targetFlags,
  ...protocolFileFlags,
  connections: integer()
    .prefault('50')
    .meta({ group: MEASURED, alias: 'c', description: 'Connections, or UDP sockets' }),
  duration: duration()
    .prefault('10s')
    .meta({ group: MEASURED, alias: 'd', description: 'Time measured: 500ms, 1m, 10 (seconds)' }),
  warmup: duration().prefault('1s').meta({ group: MEASURED, description: 'Load before that, not measured' }),
  rounds: integer().prefault('1').meta({ group: MEASURED, alias: 'r', description: 'How often it is measured' }),
  threshold: parsed(parseThresholds, { form: textsForm })
    .default([])
    .meta({
      group: MEASURED,
      description:
        "A bound such as 'p99<5ms' or 'errors==0'; may be given several times; exit code 1 when a bound is crossed. " +
        `Metrics: ${boundable}`,
    }),
  select: oneOf('selection policy', selectPolicyNames)
    .optional()
    .meta({
      group: MEASURED,
      description: `How clients choose between several targets: ${selectPolicyNames.join(', ')}`,
    }),
  engine: oneOf('engine', engineNames).prefault('sockbench').meta({
    group: MEASURED,
    description: 'autocannon: also measure an HTTP server with autocannon, as a second opinion',
  }),
  ...serverFlags,
  ...loadFlags,
  ...fleetFlags,
  ...serveOnFlags,
  ...outputFlags,
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench run`: measures one target at one operating point. */
export const run = measuringCommand({
  name: 'run',
  describe: 'Measure one server under one load',
  schema,
  rules: {
    displacements: [
      {
        given: ['model', 'exec', 'target', 'serve-command'],
        displaced: ['model', 'exec', 'name', 'target', 'select', 'serve-command'],
      },
      ...loadDisplacements,
    ],
  },
  examples: [
    ['run --model async -c 100 -d 5s', 'a built-in server'],
    ["run --exec 'python3 echo.py {port}'", 'your own server, started for this run'],
    ['run --target udp://127.0.0.1:7000', 'a running server'],
    ['run --model async --model epoll --select p2c', 'two servers that share the load'],
    ['run --model epoll --nats nats://10.0.0.2 --serve-on db1 --agents all', 'a server and a load on other machines'],
    ['run --target tcp://10.0.0.7:7000 --nats nats://10.0.0.2 --agents all', 'a load that other machines make'],
  ],
  async plan(flags: CommandFlags) {
    const output = readOutput(flags);
    const target = await readTarget(flags);
    const configuration = await readConfiguration(flags, target);
    // Without a target, readTarget() has already recorded a more helpful fault.
    flags.refuse(...textsOf(codedFaults(configuration).filter(({ code }) => code !== 'no-target')));
    flags.assertNoFaults();
    return planTrials(configuration, output);
  },
});

async function readConfiguration(flags: CommandFlags, target: TargetSpec | undefined): Promise<RunConfiguration> {
  const spoken = target && membersOf(target).find((member) => member.kind === 'address');
  const transport = flags.values.transport ?? spoken?.transport ?? 'tcp';
  const transports = [transport];
  const load = { ...readLoad(flags, spoken), ...(await readProtocolFile(flags, transports)) };
  assertSizeApplies(flags, { ...load, transports });
  return {
    command: 'run',
    targets: target ? [target] : [],
    transports,
    connections: [flags.values.connections],
    warmupMs: flags.values.warmup,
    rounds: flags.values.rounds,
    thresholds: flags.values.threshold,
    ...readWork(flags),
    scenarios: [],
    balance: flags.values.balance,
    ...load,
    ...readTlsUse(flags, transports),
    ...readEngine(flags),
    ...readFleet(flags),
    ...readServeOn(flags),
  };
}

/**
 * Reads --engine. What is compared with another load generator is one thread that knows when it read a reply, unless
 * flags say otherwise, which is then refused.
 */
function readEngine(flags: CommandFlags): Partial<Pick<RunConfiguration, 'secondEngine' | 'threads' | 'timestamps'>> {
  const { engine } = flags.values;
  if (engine === 'sockbench') return {};
  return {
    secondEngine: engine,
    ...(!flags.isGiven('threads') && { threads: 1 }),
    ...(!flags.isGiven('timestamps') && { timestamps: 'user' }),
  };
}

/** Reads the target. Returns undefined and records a fault when none is given or it is unusable. */
async function readTarget(flags: CommandFlags): Promise<TargetSpec | undefined> {
  const targets = await readTargets(flags);
  const [first] = targets;
  if (flags.isGiven('select')) return { kind: 'group', members: targets, select: flags.values.select ?? 'round-robin' };
  if (targets.length > 1) {
    flags.refuse(
      'several targets: to put one load on all of them, set with --select how clients choose ' +
        `(${selectPolicyNames.join(', ')}); to compare them, use bench`,
    );
  }
  return first;
}

/** Reads all targets on the command line: models, commands, and servers that run already. */
async function readTargets(flags: CommandFlags): Promise<SingleTarget[]> {
  const { model: models, target: urls, 'allow-remote': allowed = [] } = flags.values;
  const foreign = [...readForeign(flags), ...readOwnersCommands(flags)];
  if (!flags.isGiven('model') && urls.length + foreign.length === 0) {
    flags.refuse("specify what to measure: --model NAME, --exec 'CMD {port}' or --target tcp://HOST:PORT");
  }
  for (const model of new Set(models)) {
    const reason = whyUnavailable(model);
    if (reason !== undefined) flags.refuse(`${model} can't run here: ${reason}`);
  }
  const addresses = await Promise.all(urls.map((url) => readAddress(flags, url, allowed)));
  return [
    ...models.map((model) => ({ kind: 'model', model }) as const),
    ...foreign,
    ...addresses.filter((address) => address !== undefined),
  ];
}
