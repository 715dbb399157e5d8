import { availableParallelism } from 'node:os';
import * as z from 'zod';
import type { RunConfiguration, TargetSpec } from '../../bench/model/configuration.ts';
import { codedFaults } from '../../bench/model/configuration-faults.ts';
import type { Scenario } from '../../bench/model/operating-point.ts';
import { textsOf } from '../../bench/model/want.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { transportNames } from '../../servers/transport.ts';
import { duration, integers } from '../cli/amounts.ts';
import { someOf } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { loadDisplacements } from '../flags/displacements.ts';
import { assertOneEffort, effortDisplacements, effortFlags } from '../flags/effort.ts';
import { fleetFlags, readFleet } from '../flags/fleet.ts';
import { foreignFlags, readForeign } from '../flags/foreign.ts';
import { assertSizeApplies, readLoad, readWork } from '../flags/load.ts';
import { appFlag, loadFlags, MEASURED, modelsFlag, remoteFlag, serverFlags } from '../flags/options.ts';
import { outputFlags, readOutput } from '../flags/output.ts';
import { protocolFileFlags, readProtocolFile } from '../flags/protocol-file.ts';
import { readRounds, roundsFlags } from '../flags/rounds.ts';
import { readOwnersCommands, readServeOn, serveOnFlags } from '../flags/serve-on.ts';
import { readTlsUse } from '../flags/tls.ts';
import { planTrials } from '../session/measurement.ts';
import { measuringCommand } from '../session/measuring-command.ts';

/** Load flags that `scale` refuses, because it applies full load at each level. Hidden, so that the fault can explain why. */
const PACING = {
  rate: loadFlags.rate.meta({ hidden: true }),
  arrivals: loadFlags.arrivals.meta({ hidden: true }),
  stage: loadFlags.stage.meta({ hidden: true }),
  requests: loadFlags.requests.meta({ hidden: true }),
};

const schema = z.strictObject({
  models: modelsFlag(),
  ...foreignFlags,
  ...appFlag,
  ...protocolFileFlags,
  transports: someOf('transport', transportNames)
    .prefault('tcp')
    .meta({ group: MEASURED, description: `Some of ${transportNames.join(', ')}` }),
  connections: integers()
    .prefault('1,2,4,8,16,32,64,128,256')
    .meta({ group: MEASURED, alias: 'c', description: 'Levels of concurrency' }),
  cpus: integers().default([]).meta({
    group: MEASURED,
    description:
      'Numbers of CPUs for the servers, measured one after the other: 1,2,4 [default: the CPUs that bench gives them]',
  }),
  duration: duration()
    .prefault('300ms')
    .meta({ group: MEASURED, alias: 'd', description: 'Time measured in each trial: 500ms, 1m, 2 (seconds)' }),
  warmup: duration().prefault('100ms').meta({ group: MEASURED, description: 'Load before that, not measured' }),
  ...roundsFlags('12'),
  ...effortFlags(
    MEASURED,
    'A first look: one round of short trials at four levels, under 30 s for two servers',
    'Trials of one second',
  ),
  ...serverFlags,
  ...loadFlags,
  ...PACING,
  ...fleetFlags,
  ...serveOnFlags,
  ...remoteFlag,
  ...outputFlags,
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench scale`: measures servers at many levels of concurrency. */
export const scale = measuringCommand({
  name: 'scale',
  describe: 'Sweep connections (and CPUs), and report what scales best, where, and at what cost',
  schema,
  rules: {
    displacements: [...loadDisplacements, ...effortDisplacements],
    implied: {
      quick: { rounds: '1', duration: '200ms', warmup: '100ms', connections: '1,8,64,256' },
      thorough: { rounds: '12', duration: '1s', warmup: '300ms', connections: '1,2,4,8,16,32,64,128,256' },
    },
  },
  examples: [
    ['scale --models event-driven,thread-per-connection', 'from 1 to 256 connections, in about five minutes'],
    ['scale --models cluster,event-driven --cpus 1,2 --work cpu:100us', 'the gain of a second CPU'],
    ["scale --exec 'python3 echo.py {port}' -c 1,2,4,8,16,32", 'your own server'],
  ],
  async plan(flags: CommandFlags) {
    const output = readOutput(flags);
    const configuration = await readConfiguration(flags);
    // Without a target, readTargets() has already recorded a more helpful fault.
    flags.refuse(...textsOf(codedFaults(configuration).filter(({ code }) => code !== 'no-target')));
    flags.assertNoFaults();
    return planTrials(configuration, output);
  },
});

async function readConfiguration(flags: CommandFlags): Promise<RunConfiguration> {
  assertOneEffort(flags);
  for (const name of Object.keys(PACING) as (keyof typeof PACING)[]) {
    if (flags.isGiven(name)) {
      flags.refuse(`--${name}: scale applies full load at each level: leave it out, or use bench`);
    }
  }
  const scenarios = readScenarios(flags);
  const load = { ...readLoad(flags), ...(await readProtocolFile(flags, scenarios.transports)) };
  assertSizeApplies(flags, { ...load, ...scenarios });
  return {
    command: 'scale',
    targets: readTargets(flags),
    warmupMs: flags.values.warmup,
    ...readRounds(flags),
    thresholds: [],
    balance: flags.values.balance,
    ...load,
    ...readTlsUse(flags, scenarios.transports),
    ...readFleet(flags),
    ...readServeOn(flags),
    ...scenarios,
  };
}

/** Reads the targets. There is no default: all models at all levels would take hours and gigabytes of memory. */
function readTargets(flags: CommandFlags): TargetSpec[] {
  const { models = [] } = flags.values;
  const foreign = [...readForeign(flags), ...readOwnersCommands(flags)];
  if (!flags.isGiven('models') && !flags.isGiven('exec') && !flags.isGiven('serve-command')) {
    flags.refuse("specify what to measure: --models NAME,NAME or --exec 'CMD {port}'");
  }
  for (const name of models) {
    const reason = whyUnavailable(name);
    if (reason !== undefined) flags.refuse(`${name} can't run here: ${reason}`);
  }
  return [...models.map((model): TargetSpec => ({ kind: 'model', model })), ...foreign];
}

function readScenarios(flags: CommandFlags): Omit<Scenario, 'app'> & Pick<RunConfiguration, 'scenarios'> {
  const { connections, transports } = flags.values;
  if (connections.length < 2) flags.refuse('--connections: a sweep needs several levels, such as 1,2,4,8,16,32');
  const scenario = { transports, connections, ...readWork(flags) };
  const [fewest, ...more] = readCpus(flags);
  return {
    ...scenario,
    ...(fewest !== undefined && { cpus: fewest }),
    scenarios: more.map((cpus) => ({ ...scenario, cpus })),
  };
}

/** Reads the CPU counts in ascending order; empty when --cpus is not given. */
function readCpus(flags: CommandFlags): number[] {
  const there = availableParallelism();
  const cpus = flags.values.cpus.toSorted((a, b) => a - b);
  const most = cpus.at(-1) ?? 0;
  if (most > there) flags.refuse(`--cpus: ${most} is more than the ${there} CPUs available here`);
  return cpus;
}
