import { type CapacityConfiguration, capacityFaults } from '../../bench/model/capacity-configuration.ts';
import type { TargetSpec } from '../../bench/model/configuration.ts';
import { parseThreshold, parseThresholds } from '../../bench/model/threshold.ts';
import { parseDuration, parseIntegers, parseNames, parseRate } from '../../bench/model/units.ts';
import { balancePolicyNames } from '../../servers/balance/policies.ts';
import { modelNames } from '../../servers/catalog.ts';
import { type TransportName, transportNames } from '../../servers/transport.ts';
import type { Command } from '../cli/command.ts';
import type { Flags, OptionSet } from '../cli/flags.ts';
import { foreignOptions, readForeign } from '../flags/foreign.ts';
import { assertSizeTells, readLoad, readWork } from '../flags/load.ts';
import { readModels, serving } from '../flags/models.ts';
import { loadOptions, outputOptions, serverOptions, targetOptions } from '../flags/options.ts';
import { readOutput } from '../flags/output.ts';
import { readAddress } from '../flags/target.ts';
import { record } from '../session/measure.ts';

/** Flags that a search decides itself. They are defined, but hidden, so that the fault can explain why. */
const DECIDED = {
  rate: { ...loadOptions.rate, hidden: true },
  arrivals: { ...loadOptions.arrivals, hidden: true },
  stage: { ...loadOptions.stage, hidden: true },
  requests: { ...loadOptions.requests, hidden: true },
} as const satisfies OptionSet;

const options = {
  slo: {
    group: 'What to look for:',
    type: 'string',
    describe: "Objective: 'p99<5ms', 'service.p999<20ms', 'cpu<50us'; may be given several times",
  },
  'max-errors': {
    group: 'What to look for:',
    type: 'string',
    default: '0.1%',
    describe: 'Share of requests that may fail',
  },
  'start-rate': {
    group: 'What to look for:',
    type: 'string',
    default: '1000',
    describe: 'First rate in requests/s, with Poisson arrivals; doubled as long as all objectives are met',
  },
  duration: {
    group: 'What to look for:',
    alias: 'd',
    type: 'string',
    default: '2s',
    describe: 'Time measured in each of the short trials that bracket the capacity: 500ms, 2 (seconds)',
  },
  confirm: {
    group: 'What to look for:',
    type: 'string',
    default: '10s',
    describe: 'Time measured to confirm a rate, and to refute the next higher one',
  },
  warmup: {
    group: 'What to look for:',
    type: 'string',
    default: '500ms',
    describe: 'Load before each trial, not measured',
  },
  budget: {
    group: 'What to look for:',
    type: 'string',
    default: '30m',
    describe: 'Time limit of all searches together; at the end, the results so far are reported',
  },
  models: {
    group: 'What to measure:',
    type: 'string',
    describe: `Some of ${modelNames.join(', ')} [default: all, or none with --exec or --target]`,
  },
  ...foreignOptions,
  target: {
    group: 'What to measure:',
    type: 'string',
    describe: 'Measure a running server: tcp://127.0.0.1:7000, or udp, tls, ws, wss',
  },
  ...targetOptions,
  connections: {
    ...targetOptions.connections,
    describe: 'Connections, or UDP sockets; several levels are searched one by one',
  },
  ...serverOptions,
  ...loadOptions,
  ...DECIDED,
  ...outputOptions,
} as const satisfies OptionSet;

/** `sockbench capacity`: finds the highest rate at which targets keep their objectives. */
export const capacity: Command<typeof options> = {
  name: 'capacity',
  describe: 'Find the highest rate at which servers meet a service level objective',
  options,
  examples: [
    ["capacity --slo 'p99<5ms' --models async,epoll", 'two models'],
    ["capacity --slo 'p99<5ms' --slo 'p50<1ms' --exec 'python3 echo.py {port}'", 'your own server, two objectives'],
  ],
  async run(flags) {
    const output = readOutput(flags);
    for (const name of Object.keys(DECIDED) as (keyof typeof DECIDED)[]) {
      if (flags.isGiven(name)) flags.refuse(`--${name}: ${DECIDED_BY_SEARCH[name]}`);
    }
    const url = flags.text('target');
    const allowed = flags.value('allow-remote', parseNames) ?? [];
    const address = url === undefined ? undefined : await readAddress(flags, url, allowed);
    const configuration = readConfiguration(flags, address);
    flags.refuse(...capacityFaults(configuration));
    flags.assertNoFaults();
    const { runCapacity } = await import('../../bench/capacity/capacity-run.ts');
    const { seed } = configuration;
    return record({ seed, run: (observer, signal) => runCapacity(configuration, observer, signal) }, output);
  },
};

const DECIDED_BY_SEARCH = {
  rate: 'the rate is searched for: set the first one with --start-rate',
  arrivals: 'arrivals of a search are always Poisson: leave it out',
  stage: 'a search chooses its rates itself: leave it out',
  requests: 'trials of a search last for a fixed time: leave it out, and use --duration and --confirm',
} as const satisfies Record<keyof typeof DECIDED, string>;

function readConfiguration(
  flags: Flags<typeof options>,
  address: (TargetSpec & { kind: 'address' }) | undefined,
): CapacityConfiguration {
  const load = readLoad(flags, address?.app);
  const transport = flags.choice('transport', 'transport', transportNames) ?? address?.transport ?? 'tcp';
  assertSizeTells(flags, { ...load, transports: [transport] });
  return {
    ...load,
    command: 'capacity',
    targets: [...readServers(flags, transport, load.app), ...(address ? [address] : [])],
    transports: [transport],
    connections: flags.value('connections', parseIntegers),
    work: readWork(flags),
    scenarios: [],
    balance: flags.choice('balance', 'balance policy', balancePolicyNames),
    warmupMs: flags.value('warmup', parseDuration),
    rounds: 1,
    thresholds: flags.value('slo', parseThresholds) ?? [],
    rate: flags.value('start-rate', parseRate, false),
    arrivals: 'poisson',
    stages: [],
    requests: null,
    failureLimit: flags.value('max-errors', (share) => parseThreshold(`errorRate<=${share}`), false),
    confirmMs: flags.value('confirm', parseDuration),
    searchLimitMs: flags.value('budget', parseDuration),
  };
}

/** Reads the servers to start: models and commands. */
function readServers(
  flags: Flags<typeof options>,
  transport: TransportName,
  app: CapacityConfiguration['app'],
): TargetSpec[] {
  const foreign = readForeign(flags);
  const models = readModels(flags, !flags.isGiven('exec') && !flags.isGiven('target'));
  const served = serving(models, [transport], app, flags).map((model): TargetSpec => ({ kind: 'model', model }));
  return [...served, ...foreign];
}
