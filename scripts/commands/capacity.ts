import * as z from 'zod';
import { type CapacityConfiguration, capacityFaults } from '../../bench/model/capacity-configuration.ts';
import type { TargetSpec } from '../../bench/model/configuration.ts';
import type { Result } from '../../bench/model/result.ts';
import { boundable, parseThreshold, parseThresholds } from '../../bench/model/threshold.ts';
import type { TransportName } from '../../servers/transport.ts';
import { duration, integers, rate } from '../cli/amounts.ts';
import { parsed, text } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { textsForm } from '../cli/option-form.ts';
import { loadDisplacements } from '../flags/displacements.ts';
import { assertOneEffort, effortDisplacements, effortFlags } from '../flags/effort.ts';
import { fleetFlags, readFleet } from '../flags/fleet.ts';
import { foreignFlags, readForeign } from '../flags/foreign.ts';
import { assertSizeApplies, readLoad, readWork } from '../flags/load.ts';
import { readModels, serving } from '../flags/models.ts';
import { loadFlags, MEASURED, modelsFlag, serverFlags, targetFlags } from '../flags/options.ts';
import { outputFlags, readOutput } from '../flags/output.ts';
import { protocolFileFlags, readProtocolFile } from '../flags/protocol-file.ts';
import { readOwnersCommands, readServeOn, serveOnFlags } from '../flags/serve-on.ts';
import { readAddress } from '../flags/target-url.ts';
import { readTlsUse } from '../flags/tls.ts';
import type { Measurement } from '../session/measurement.ts';
import { measuringCommand } from '../session/measuring-command.ts';

/** Flags that a search decides itself. They are defined, but hidden, so that the fault can explain why. */
const DECIDED = {
  rate: loadFlags.rate.meta({ hidden: true }),
  arrivals: loadFlags.arrivals.meta({ hidden: true }),
  stage: loadFlags.stage.meta({ hidden: true }),
  requests: loadFlags.requests.meta({ hidden: true }),
};

/** Heading of `--help` for the search. */
const SOUGHT = 'What to look for:';

const schema = z.strictObject({
  slo: parsed(parseThresholds, { form: textsForm })
    .default([])
    .meta({
      group: SOUGHT,
      description: `Objective: 'p99<5ms', 'service.p999<20ms', 'cpu<50us'; may be given several times. Metrics: ${boundable}`,
    }),
  'max-errors': parsed((share) => parseThreshold(`errorRate<=${share}`), { once: true })
    .prefault('0.1%')
    .meta({ group: SOUGHT, description: 'Share of requests that may fail' }),
  'start-rate': rate({ once: true }).prefault('1000').meta({
    group: SOUGHT,
    description: 'First rate in requests/s, with Poisson arrivals; doubled as long as all objectives are met',
  }),
  duration: duration().prefault('2s').meta({
    group: SOUGHT,
    alias: 'd',
    description: 'Time measured in each of the short trials that bracket the capacity: 500ms, 2 (seconds)',
  }),
  confirm: duration()
    .prefault('10s')
    .meta({ group: SOUGHT, description: 'Time measured to confirm a rate, and to refute the next higher one' }),
  warmup: duration().prefault('500ms').meta({ group: SOUGHT, description: 'Load before each trial, not measured' }),
  budget: duration().prefault('30m').meta({
    group: SOUGHT,
    description: 'Time limit of all searches together; at the end, the results so far are reported',
  }),
  ...effortFlags(
    SOUGHT,
    'Coarse, and over after 25 s: for one server or two',
    'Longer trials: 5 s, and 30 s to confirm',
  ),
  models: modelsFlag('all, or none with --exec or --target'),
  ...foreignFlags,
  target: text().optional().meta({
    group: MEASURED,
    description: 'Measure a running server: tcp://127.0.0.1:7000, or any URL that run takes',
  }),
  ...targetFlags,
  ...protocolFileFlags,
  connections: integers().prefault('50').meta({
    group: MEASURED,
    alias: 'c',
    description: 'Connections, or UDP sockets; several levels are searched one by one',
  }),
  ...serverFlags,
  ...loadFlags,
  ...DECIDED,
  ...fleetFlags,
  ...serveOnFlags,
  ...outputFlags,
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench capacity`: finds the highest rate at which targets keep their objectives. */
export const capacity = measuringCommand({
  name: 'capacity',
  describe: 'Find the highest rate at which servers meet a service level objective',
  schema,
  rules: {
    displacements: [...loadDisplacements, ...effortDisplacements],
    implied: {
      quick: { duration: '500ms', confirm: '2s', warmup: '200ms', budget: '25s' },
      thorough: { duration: '5s', confirm: '30s', warmup: '1s', budget: '3h' },
    },
  },
  examples: [
    ["capacity --slo 'p99<5ms' --models async,epoll", 'two models'],
    ["capacity --slo 'p99<5ms' --slo 'p50<1ms' --exec 'python3 echo.py {port}'", 'your own server, two objectives'],
  ],
  async plan(flags: CommandFlags) {
    const output = readOutput(flags);
    assertOneEffort(flags);
    for (const name of Object.keys(DECIDED) as (keyof typeof DECIDED)[]) {
      if (flags.isGiven(name)) flags.refuse(`--${name}: ${DECIDED_BY_SEARCH[name]}`);
    }
    const { target: url, 'allow-remote': allowed = [] } = flags.values;
    const address = url === undefined ? undefined : await readAddress(flags, url, allowed);
    const configuration = await readConfiguration(flags, address);
    flags.refuse(...capacityFaults(configuration));
    flags.assertNoFaults();
    return { output, prepare: async () => searchesOf(configuration) };
  },
});

/** Returns the measurement of a configuration: a search for each target. */
function searchesOf(configuration: CapacityConfiguration): Measurement<Result> {
  return {
    seed: configuration.seed,
    async run(observer, signal) {
      const { runCapacity } = await import('../../bench/capacity/capacity-run.ts');
      return runCapacity(configuration, observer, signal);
    },
  };
}

const DECIDED_BY_SEARCH = {
  rate: 'the rate is searched for: set the first one with --start-rate',
  arrivals: 'arrivals of a search are always Poisson: leave it out',
  stage: 'a search chooses its rates itself: leave it out',
  requests: 'trials of a search last for a fixed time: leave it out, and use --duration and --confirm',
} as const satisfies Record<keyof typeof DECIDED, string>;

async function readConfiguration(
  flags: CommandFlags,
  address: (TargetSpec & { kind: 'address' }) | undefined,
): Promise<CapacityConfiguration> {
  const transport = flags.values.transport ?? address?.transport ?? 'tcp';
  const load = { ...readLoad(flags, address), ...(await readProtocolFile(flags, [transport])) };
  assertSizeApplies(flags, { ...load, transports: [transport] });
  return {
    ...load,
    ...readTlsUse(flags, [transport]),
    ...readFleet(flags),
    ...readServeOn(flags),
    command: 'capacity',
    targets: [...readServers(flags, transport, load.app), ...(address ? [address] : [])],
    transports: [transport],
    connections: flags.values.connections,
    ...readWork(flags),
    scenarios: [],
    balance: flags.values.balance,
    warmupMs: flags.values.warmup,
    rounds: 1,
    thresholds: flags.values.slo,
    rate: flags.values['start-rate'],
    arrivals: 'poisson',
    stages: [],
    requests: null,
    failureLimit: flags.values['max-errors'],
    confirmMs: flags.values.confirm,
    searchLimitMs: flags.values.budget,
  };
}

/** Reads the servers to start: models and commands. */
function readServers(flags: CommandFlags, transport: TransportName, app: CapacityConfiguration['app']): TargetSpec[] {
  const foreign = [...readForeign(flags), ...readOwnersCommands(flags)];
  const isOther = (['exec', 'serve-command', 'target'] as const).some((name) => flags.isGiven(name));
  const models = readModels(flags, !isOther);
  const served = serving(models, [transport], app, flags).map((model): TargetSpec => ({ kind: 'model', model }));
  return [...served, ...foreign];
}
