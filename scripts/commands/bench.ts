import type { ForeignServer, RunConfiguration, Scenario, TargetSpec } from '../../bench/model/configuration.ts';
import { assertRunnable, configurationFaults } from '../../bench/model/configuration-faults.ts';
import { whyNotMeasured } from '../../bench/model/left-out.ts';
import type { Workload } from '../../bench/model/operating-point.ts';
import { parseWork } from '../../bench/model/request-work.ts';
import { parseDuration, parseIntegers } from '../../bench/model/units.ts';
import { type AppName, appNames } from '../../servers/apps/catalog.ts';
import { balancePolicyNames } from '../../servers/balance/policies.ts';
import { type ModelName, modelNames } from '../../servers/catalog.ts';
import { whyNotCarried } from '../../servers/compatibility.ts';
import { type TransportName, transportNames } from '../../servers/transport.ts';
import type { Command } from '../cli/command.ts';
import type { Flags, OptionSet } from '../cli/flags.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { say } from '../cli/output.ts';
import { foreignOptions, readForeign } from '../flags/foreign.ts';
import { assertSizeTells, readLoad, readWork } from '../flags/load.ts';
import { readModels, serving, someOf } from '../flags/models.ts';
import { loadOptions, outputOptions, serverOptions } from '../flags/options.ts';
import { type Output, readOutput } from '../flags/output.ts';
import { readRounds, roundsOptions } from '../flags/rounds.ts';
import { Examples } from '../session/examples.ts';
import { measure, prepareReports } from '../session/measure.ts';

const options = {
  models: {
    group: 'What to measure:',
    type: 'string',
    describe: `Some of ${modelNames.join(', ')} [default: all, or none with --exec]`,
  },
  ...foreignOptions,
  'with-examples': {
    group: 'What to measure:',
    type: 'boolean',
    default: false,
    describe: 'Also measure the servers of examples/servers whose tools are installed: Python, C, Rust',
  },
  app: {
    group: 'What to measure:',
    type: 'string',
    describe: `App that the servers run: ${appNames.join(', ')} [default: echo, or what --workload needs]`,
  },
  transports: {
    group: 'What to measure:',
    type: 'string',
    describe:
      `Some of ${transportNames.join(', ')} ` +
      '[default: tcp and udp if --app supports them; tcp for a command without {transport}]',
  },
  connections: {
    group: 'What to measure:',
    alias: 'c',
    type: 'string',
    describe: 'Levels of concurrency [default: 1,16,128]',
  },
  duration: {
    group: 'What to measure:',
    alias: 'd',
    type: 'string',
    default: '400ms',
    describe: 'Time measured in each trial: 500ms, 1m, 2 (seconds)',
  },
  warmup: { group: 'What to measure:', type: 'string', default: '100ms', describe: 'Load before that, not measured' },
  ...roundsOptions,
  rounds: { ...roundsOptions.rounds, default: '2' },
  ...serverOptions,
  ...loadOptions,
  ...outputOptions,
} as const satisfies OptionSet;

/** Flags that choose the load. Without any of them, the scenarios of {@link TOUR} are measured. */
const LOAD_FLAGS = [
  'app',
  'transports',
  'connections',
  'workload',
  'work',
  'cache-hit',
  'size',
  'connection',
  'pipelining',
  'rate',
  'stage',
] as const satisfies (keyof typeof options)[];

/** Scenarios in which models differ: plain messages over TCP and UDP, CPU-bound requests, and requests that wait. */
const TOUR: readonly [Scenario, ...Scenario[]] = [
  { transports: ['tcp'], connections: [8, 64], work: null },
  { transports: ['udp'], connections: [8], work: null },
  { transports: ['tcp'], connections: [8], work: parseWork('cpu:500us') },
  { transports: ['tcp'], connections: [64], work: parseWork('io:5ms') },
];

const CONNECTIONS = [1, 16, 128];
/** A chat needs two clients. Its levels are lower, because each line is sent to all other clients. */
const CHAT_CONNECTIONS = [2, 16, 64];

const USUAL_TRANSPORTS = ['tcp', 'udp'] as const;

/** `sockbench bench`: compares concurrency models. */
export const bench: Command<typeof options> = {
  name: 'bench',
  describe: 'Compare concurrency models over TCP and UDP',
  options,
  examples: [
    ['bench', 'every model, in about two minutes'],
    ['bench --models async,event-driven -c 1,64 -r 12', 'two models, enough rounds for a ranking'],
    ['bench --models async,epoll -c 64 -r auto', 'as many rounds as needed to distinguish them'],
    ["bench --models async --exec 'python3 echo.py {port}'", 'a model and your own server'],
  ],
  async run(flags) {
    const output = readOutput(flags);
    const configuration = readConfiguration(flags);
    flags.refuse(...configurationFaults(configuration));
    flags.assertNoFaults();
    return flags.has('with-examples')
      ? measureWithExamples(configuration, output, flags.value('start-timeout', parseDuration))
      : measure(configuration, output);
  },
};

/** Measures with the example servers whose tools are installed. The others are left out with a note. */
function measureWithExamples(configuration: RunConfiguration, output: Output, startLimitMs: number): Promise<number> {
  return untilInterrupted(async (signal) => {
    await prepareReports(output);
    say('building the example servers');
    const examples = await Examples.build(signal);
    try {
      for (const { name, reason } of examples.missing) say(`left out: ${name}: ${reason}`);
      const added = examples.ready.map((example): TargetSpec => ({ kind: 'exec', startLimitMs, ...example }));
      const targets = [...configuration.targets, ...added];
      assertRunnable({ ...configuration, targets });
      return await measure({ ...configuration, targets }, output);
    } finally {
      examples.dispose();
    }
  });
}

function readConfiguration(flags: Flags<typeof options>): RunConfiguration {
  const foreign = readForeign(flags);
  const models = readModels(flags, !flags.isGiven('exec'));
  const load = readLoad(flags);
  const scenarios = readScenarios(flags, { models, foreign, app: load.app, workload: load.workload });
  const transports = [scenarios, ...scenarios.scenarios].flatMap((scenario) => scenario.transports);
  assertSizeTells(flags, { ...load, transports });
  const served = serving(models, transports, load.app, flags).map((model): TargetSpec => ({ kind: 'model', model }));
  return {
    command: 'bench',
    targets: [...served, ...foreign],
    warmupMs: flags.value('warmup', parseDuration),
    ...readRounds(flags),
    thresholds: [],
    balance: flags.choice('balance', 'balance policy', balancePolicyNames),
    ...load,
    ...scenarios,
  };
}

/** The servers that are compared, with their app and workload. */
interface Contestants {
  readonly models: readonly ModelName[];
  readonly foreign: readonly ForeignServer[];
  readonly app: AppName;
  readonly workload: Workload;
}

function readScenarios(
  flags: Flags<typeof options>,
  contestants: Contestants,
): Scenario & Pick<RunConfiguration, 'scenarios'> {
  if (!LOAD_FLAGS.some((name) => flags.isGiven(name))) {
    // Only built-in servers support --work.
    const canWork = contestants.foreign.length === 0 && !flags.has('with-examples');
    const [first = TOUR[0], ...others] = TOUR.filter(
      ({ transports, work }) =>
        (canWork || work === null) && carriedOf(transports, contestants).length === transports.length,
    );
    return { ...first, scenarios: others };
  }
  return {
    transports: readTransports(flags, contestants),
    connections:
      flags.value('connections', parseIntegers) ??
      (contestants.workload === 'broadcast' ? CHAT_CONNECTIONS : CONNECTIONS),
    work: readWork(flags),
    scenarios: [],
  };
}

/** Reads the transports. Default: those of TCP and UDP over which something can be measured. */
function readTransports(flags: Flags<typeof options>, contestants: Contestants): readonly TransportName[] {
  const chosen = someOf(flags.choices('transports', 'transport', transportNames), USUAL_TRANSPORTS);
  if (flags.isGiven('transports')) return chosen;
  return someOf(carriedOf(chosen, contestants), chosen);
}

/** Returns the transports over which at least one contestant serves. */
function carriedOf(
  transports: readonly TransportName[],
  { models, foreign, app }: Contestants,
): readonly TransportName[] {
  return transports.filter(
    (transport) =>
      models.some((model) => whyNotCarried(model, app, transport) === undefined) ||
      foreign.some((server) => whyNotMeasured(server, { app }, transport) === undefined),
  );
}
