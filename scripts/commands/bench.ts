import * as z from 'zod';
import { appsSpeaking } from '../../bench/model/app-workload.ts';
import type { ForeignServer, OwnersCommand, RunConfiguration, TargetSpec } from '../../bench/model/configuration.ts';
import { assertRunnable, configurationFaults } from '../../bench/model/configuration-faults.ts';
import { whyNotMeasured } from '../../bench/model/left-out.ts';
import type { Scenario, Workload } from '../../bench/model/operating-point.ts';
import type { Result } from '../../bench/model/result.ts';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import { type ModelName, whyNotCarried } from '../../servers/model-catalog.ts';
import { type TransportName, transportNames } from '../../servers/transport.ts';
import { duration, integers } from '../cli/amounts.ts';
import { someOf, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { loadDisplacements } from '../flags/displacements.ts';
import { assertOneEffort, effortDisplacements, effortFlags } from '../flags/effort.ts';
import { exchangeFlagNames } from '../flags/exchange/read-exchange.ts';
import { fleetFlags, readFleet } from '../flags/fleet.ts';
import { foreignFlags, readForeign } from '../flags/foreign.ts';
import { assertSizeApplies, readLoad, readWork } from '../flags/load.ts';
import { orAll, readModels, serving } from '../flags/models.ts';
import { appFlag, loadFlags, MEASURED, modelsFlag, remoteFlag, serverFlags } from '../flags/options.ts';
import { outputFlags, readOutput } from '../flags/output.ts';
import { protocolFileFlags, readProtocolFile } from '../flags/protocol-file.ts';
import { readRounds, roundsFlags } from '../flags/rounds.ts';
import { readOwnersCommands, readServeOn, serveOnFlags } from '../flags/serve-on.ts';
import { readTlsUse } from '../flags/tls.ts';
import { type Measurement, planTrials, trialsOf } from '../session/measurement.ts';
import { measuringCommand } from '../session/measuring-command.ts';

const schema = z.strictObject({
  models: modelsFlag('all, or none with --exec'),
  ...foreignFlags,
  'with-examples': toggle().meta({
    group: MEASURED,
    description: 'Also measure the servers of examples/servers whose tools are installed: Python, C, Rust',
  }),
  ...appFlag,
  ...protocolFileFlags,
  transports: someOf('transport', transportNames)
    .optional()
    .meta({
      group: MEASURED,
      description:
        `Some of ${transportNames.join(', ')} ` +
        '[default: tcp and udp if --app supports them; tcp for a command without {transport}]',
    }),
  connections: integers()
    .optional()
    .meta({ group: MEASURED, alias: 'c', description: 'Levels of concurrency [default: 1,16,128]' }),
  duration: duration()
    .prefault('400ms')
    .meta({ group: MEASURED, alias: 'd', description: 'Time measured in each trial: 500ms, 1m, 2 (seconds)' }),
  warmup: duration().prefault('100ms').meta({ group: MEASURED, description: 'Load before that, not measured' }),
  ...roundsFlags('1'),
  ...effortFlags(
    MEASURED,
    'A first look in under 30 s: TCP with 64 connections, a short trial each',
    'Enough rounds to rank them: about 25 minutes for all models',
  ),
  ...serverFlags,
  ...loadFlags,
  ...fleetFlags,
  ...serveOnFlags,
  ...remoteFlag,
  ...outputFlags,
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** Flags that choose the load. Without any of them, the scenarios of {@link TOUR} are measured. */
const LOAD_FLAGS: readonly (keyof typeof schema.shape)[] = [
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
  'protocol',
  ...exchangeFlagNames,
];

const [WEB] = appsSpeaking('HTTP');

/** Scenarios in which models differ: plain messages over TCP and UDP, CPU-bound requests, requests that wait, and HTTP. */
const TOUR: readonly [Scenario, ...Scenario[]] = [
  { transports: ['tcp'], connections: [8, 64], work: null, cacheHit: 0 },
  { transports: ['udp'], connections: [8], work: null, cacheHit: 0 },
  { transports: ['tcp'], connections: [8], work: 'cpu:500us', cacheHit: 0 },
  { transports: ['tcp'], connections: [64], work: 'io:5ms', cacheHit: 0 },
  { app: WEB, transports: ['tcp'], connections: [64], work: null, cacheHit: 0 },
];

/** The scenario of --quick. */
const GLANCE: readonly [Scenario] = [{ transports: ['tcp'], connections: [64], work: null, cacheHit: 0 }];

const CONNECTIONS = [1, 16, 128];
/** A chat needs two clients. Its levels are lower, because each line is sent to all other clients. */
const CHAT_CONNECTIONS = [2, 16, 64];
/** The level of --quick, which suits both. */
const QUICK_CONNECTIONS = [64];

const USUAL_TRANSPORTS = ['tcp', 'udp'] as const;

/** `sockbench bench`: compares concurrency models. */
export const bench = measuringCommand({
  name: 'bench',
  describe: 'Compare concurrency models over TCP and UDP',
  schema,
  rules: {
    displacements: [...loadDisplacements, ...effortDisplacements],
    implied: {
      quick: { rounds: '1', duration: '200ms', warmup: '100ms' },
      thorough: { rounds: '12', duration: '400ms', warmup: '100ms' },
    },
  },
  examples: [
    ['bench', 'every model, in about two minutes'],
    ['bench --quick', 'a first look'],
    ['bench --models async,event-driven -c 1,64 -r 12', 'two models, enough rounds for a ranking'],
    ['bench --models async,epoll -c 64 -r auto', 'as many rounds as needed to distinguish them'],
    ["bench --models async --exec 'python3 echo.py {port}'", 'a model and your own server'],
  ],
  async plan(flags: CommandFlags) {
    const output = readOutput(flags);
    const configuration = await readConfiguration(flags);
    flags.refuse(...configurationFaults(configuration));
    flags.assertNoFaults();
    const { 'with-examples': withExamples, 'start-timeout': startLimitMs } = flags.values;
    const planned = planTrials(configuration, output);
    if (!withExamples) return planned;
    return { output, prepare: (signal, note) => prepareExamples(configuration, startLimitMs, signal, note) };
  },
});

/** Builds the example servers whose tools are installed, and adds them. The others are left out with a note. */
async function prepareExamples(
  configuration: RunConfiguration,
  startLimitMs: number,
  signal: AbortSignal,
  note: (line: string) => void,
): Promise<Measurement<Result>> {
  const { Examples } = await import('../session/examples.ts');
  note('building the example servers');
  const examples = await Examples.build(signal);
  try {
    for (const { name, reason } of examples.missing) note(`left out: ${name}: ${reason}`);
    const added = examples.ready.map((example): TargetSpec => ({ kind: 'exec', startLimitMs, ...example }));
    const all = { ...configuration, targets: [...configuration.targets, ...added] };
    assertRunnable(all);
    return { ...trialsOf(all), dispose: async () => examples.dispose() };
  } catch (error) {
    examples.dispose();
    throw error;
  }
}

async function readConfiguration(flags: CommandFlags): Promise<RunConfiguration> {
  assertOneEffort(flags);
  const foreign = [...readForeign(flags), ...readOwnersCommands(flags)];
  const models = readModels(flags, !flags.isGiven('exec') && !flags.isGiven('serve-command'));
  const load = readLoad(flags);
  const scenarios = readScenarios(flags, { models, foreign, app: load.app, workload: load.workload });
  const transports = [scenarios, ...scenarios.scenarios].flatMap((scenario) => scenario.transports);
  const exchange = await readProtocolFile(flags, transports);
  assertSizeApplies(flags, { ...load, ...exchange, transports });
  const served = serving(models, transports, load.app, flags).map((model): TargetSpec => ({ kind: 'model', model }));
  return {
    command: 'bench',
    targets: [...served, ...foreign],
    warmupMs: flags.values.warmup,
    ...readRounds(flags),
    thresholds: [],
    balance: flags.values.balance,
    ...load,
    ...exchange,
    ...readTlsUse(flags, transports),
    ...readFleet(flags),
    ...readServeOn(flags),
    ...scenarios,
  };
}

/** The servers that are compared, with their app and workload. */
interface Contestants {
  readonly models: readonly ModelName[];
  readonly foreign: readonly (ForeignServer | OwnersCommand)[];
  readonly app: AppName;
  readonly workload: Workload;
}

function readScenarios(
  flags: CommandFlags,
  contestants: Contestants,
): Omit<Scenario, 'app'> & Pick<RunConfiguration, 'scenarios'> {
  if (!LOAD_FLAGS.some((name) => flags.isGiven(name))) {
    // Only built-in servers support --work, and serve several apps.
    const canWork = contestants.foreign.length === 0 && !flags.values['with-examples'];
    const tour = flags.values.quick ? GLANCE : TOUR;
    const [first = tour[0], ...others] = tour.filter(
      ({ app = contestants.app, transports, work }) =>
        (canWork || (work === null && app === contestants.app)) &&
        carriedOf(transports, { ...contestants, app }).length === transports.length,
    );
    return { ...first, scenarios: others };
  }
  return {
    transports: readTransports(flags, contestants),
    connections: flags.values.connections ?? usualConnections(flags, contestants.workload),
    ...readWork(flags),
    scenarios: [],
  };
}

function usualConnections({ values }: CommandFlags, workload: Workload): readonly number[] {
  if (values.quick) return QUICK_CONNECTIONS;
  return workload === 'broadcast' ? CHAT_CONNECTIONS : CONNECTIONS;
}

/** Reads the transports. Default: those of TCP and UDP over which something can be measured. */
function readTransports(flags: CommandFlags, contestants: Contestants): readonly TransportName[] {
  const chosen = orAll(flags.values.transports, USUAL_TRANSPORTS);
  if (flags.isGiven('transports')) return chosen;
  return orAll(carriedOf(chosen, contestants), chosen);
}

/** Returns the transports over which at least one contestant serves. */
function carriedOf(
  transports: readonly TransportName[],
  { models, foreign, app }: Contestants,
): readonly TransportName[] {
  return transports.filter(
    (transport) =>
      models.some((model) => whyNotCarried(model, app, transport) === undefined) ||
      // What the command of another machine's owner serves is not known here: over TCP, as most do.
      foreign.some((server) =>
        server.kind === 'owned' ? transport === 'tcp' : whyNotMeasured(server, { app }, transport) === undefined,
      ),
  );
}
