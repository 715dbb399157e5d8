import { availableParallelism } from 'node:os';
import type { RunConfiguration, Scenario, TargetSpec } from '../../bench/model/configuration.ts';
import { codedFaults } from '../../bench/model/configuration-faults.ts';
import { parseDuration, parseIntegers } from '../../bench/model/units.ts';
import { textsOf } from '../../bench/model/want.ts';
import { appNames } from '../../servers/apps/catalog.ts';
import { balancePolicyNames } from '../../servers/balance/policies.ts';
import { modelNames, whyUnavailable } from '../../servers/catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import type { Command } from '../cli/command.ts';
import type { Flags, OptionSet } from '../cli/flags.ts';
import { foreignOptions, readForeign } from '../flags/foreign.ts';
import { assertSizeTells, readLoad, readWork } from '../flags/load.ts';
import { loadOptions, outputOptions, serverOptions } from '../flags/options.ts';
import { readOutput } from '../flags/output.ts';
import { readRounds, roundsOptions } from '../flags/rounds.ts';
import { measure } from '../session/measure.ts';

const options = {
  models: { group: 'What to measure:', type: 'string', describe: `Some of ${modelNames.join(', ')}` },
  ...foreignOptions,
  app: {
    group: 'What to measure:',
    type: 'string',
    describe: `App that the servers run: ${appNames.join(', ')} [default: echo, or what --workload needs]`,
  },
  transports: {
    group: 'What to measure:',
    type: 'string',
    default: 'tcp',
    describe: `Some of ${transportNames.join(', ')}`,
  },
  connections: {
    group: 'What to measure:',
    alias: 'c',
    type: 'string',
    default: '1,2,4,8,16,32,64,128,256',
    describe: 'Levels of concurrency',
  },
  cpus: {
    group: 'What to measure:',
    type: 'string',
    describe:
      'Numbers of CPUs for the servers, measured one after the other: 1,2,4 [default: the CPUs that bench gives them]',
  },
  duration: {
    group: 'What to measure:',
    alias: 'd',
    type: 'string',
    default: '300ms',
    describe: 'Time measured in each trial: 500ms, 1m, 2 (seconds)',
  },
  warmup: { group: 'What to measure:', type: 'string', default: '100ms', describe: 'Load before that, not measured' },
  ...roundsOptions,
  rounds: { ...roundsOptions.rounds, default: '12' },
  ...serverOptions,
  ...loadOptions,
  ...outputOptions,
} as const satisfies OptionSet;

/** Load flags that `scale` refuses, because it applies full load at each level. */
const PACING_FLAGS = ['rate', 'stage', 'arrivals', 'requests'] as const satisfies (keyof typeof options)[];

/** `sockbench scale`: measures servers at many levels of concurrency. */
export const scale: Command<typeof options> = {
  name: 'scale',
  describe: 'Sweep connections (and CPUs), and report what scales best, where, and at what cost',
  options,
  examples: [
    ['scale --models event-driven,thread-per-connection', 'from 1 to 256 connections, in about five minutes'],
    ['scale --models cluster,event-driven --cpus 1,2 --work cpu:100us', 'the gain of a second CPU'],
    ["scale --exec 'python3 echo.py {port}' -c 1,2,4,8,16,32", 'your own server'],
  ],
  async run(flags) {
    const output = readOutput(flags);
    const configuration = readConfiguration(flags);
    // Without a target, readTargets() has already recorded a more helpful fault.
    flags.refuse(...textsOf(codedFaults(configuration).filter(({ code }) => code !== 'no-target')));
    flags.assertNoFaults();
    return measure(configuration, output);
  },
};

function readConfiguration(flags: Flags<typeof options>): RunConfiguration {
  for (const name of PACING_FLAGS) {
    if (flags.isGiven(name)) {
      flags.refuse(`--${name}: scale applies full load at each level: leave it out, or use bench`);
    }
  }
  const load = readLoad(flags);
  const scenarios = readScenarios(flags);
  assertSizeTells(flags, { ...load, ...scenarios });
  return {
    command: 'scale',
    targets: readTargets(flags),
    warmupMs: flags.value('warmup', parseDuration),
    ...readRounds(flags),
    thresholds: [],
    balance: flags.choice('balance', 'balance policy', balancePolicyNames),
    ...load,
    ...scenarios,
  };
}

/** Reads the targets. There is no default: all models at all levels would take hours and gigabytes of memory. */
function readTargets(flags: Flags<typeof options>): TargetSpec[] {
  const models = flags.choices('models', 'model', modelNames) ?? [];
  const foreign = readForeign(flags);
  if (!flags.isGiven('models') && !flags.isGiven('exec')) {
    flags.refuse("specify what to measure: --models NAME,NAME or --exec 'CMD {port}'");
  }
  for (const name of models) {
    const reason = whyUnavailable(name);
    if (reason !== undefined) flags.refuse(`${name} can't run here: ${reason}`);
  }
  return [...models.map((model): TargetSpec => ({ kind: 'model', model })), ...foreign];
}

function readScenarios(flags: Flags<typeof options>): Scenario & Pick<RunConfiguration, 'scenarios'> {
  const connections = flags.value('connections', parseIntegers);
  if (connections.length < 2) flags.refuse('--connections: a sweep needs several levels, such as 1,2,4,8,16,32');
  const transports = flags.choices('transports', 'transport', transportNames) ?? [];
  const scenario = { transports, connections, work: readWork(flags) };
  const [fewest, ...more] = readCpus(flags);
  return { ...scenario, cpus: fewest, scenarios: more.map((cpus) => ({ ...scenario, cpus })) };
}

/** Reads the CPU counts in ascending order; empty when --cpus is not given. */
function readCpus(flags: Flags<typeof options>): number[] {
  const there = availableParallelism();
  const cpus = (flags.value('cpus', parseIntegers) ?? []).sort((a, b) => a - b);
  const most = cpus.at(-1) ?? 0;
  if (most > there) flags.refuse(`--cpus: ${most} is more than the ${there} CPUs available here`);
  return cpus;
}
