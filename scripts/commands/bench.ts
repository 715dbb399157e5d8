import type { RunConfiguration, Scenario, TargetSpec } from '../../bench/model/configuration.ts';
import { configurationFaults } from '../../bench/model/configuration-faults.ts';
import { parseWork } from '../../bench/model/request-work.ts';
import { parseDuration, parseInteger, parseIntegers } from '../../bench/model/units.ts';
import { appNames } from '../../servers/apps/catalog.ts';
import { type ModelName, modelNames, whyUnavailable } from '../../servers/catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import type { Command } from '../command.ts';
import type { Flags, OptionSet } from '../flags.ts';
import { readLoad, readWork } from '../load-flags.ts';
import { measure } from '../measure.ts';
import { loadOptions, outputOptions } from '../options.ts';
import { say } from '../output.ts';
import { readOutput } from '../output-flags.ts';

const options = {
  models: { group: 'What to measure:', type: 'string', describe: `Some of ${modelNames.join(', ')} [default: all]` },
  app: {
    group: 'What to measure:',
    type: 'string',
    describe: `What servers say: ${appNames.join(', ')} [default: echo, or what --workload needs]`,
  },
  transports: {
    group: 'What to measure:',
    type: 'string',
    describe: `Some of ${transportNames.join(', ')} [default: tcp,udp]`,
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
    describe: 'Time measured in each trial',
  },
  warmup: { group: 'What to measure:', type: 'string', default: '100ms', describe: 'Load before that, not measured' },
  rounds: {
    group: 'What to measure:',
    alias: 'r',
    type: 'string',
    default: '2',
    describe: 'Times that everything is measured',
  },
  ...loadOptions,
  ...outputOptions,
} as const satisfies OptionSet;

/** Flags that say what load to put on. Without any of them there are the scenarios of {@link TOUR}. */
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

/** Where they differ: messages alone over either transport, requests that keep a CPU busy, and requests that wait. */
const TOUR: readonly [Scenario, ...Scenario[]] = [
  { transports: ['tcp'], connections: [8, 64], work: null },
  { transports: ['udp'], connections: [8], work: null },
  { transports: ['tcp'], connections: [8], work: parseWork('cpu:500us') },
  { transports: ['tcp'], connections: [64], work: parseWork('io:5ms') },
];

const CONNECTIONS = [1, 16, 128];

const USUAL_TRANSPORTS = ['tcp', 'udp'] as const;

/** `sockbench bench`: compares models. */
export const bench: Command<typeof options> = {
  name: 'bench',
  describe: 'Compare concurrency models over TCP and UDP',
  options,
  examples: [
    ['bench', 'every model, in about two minutes'],
    ['bench --models async,event-driven -c 1,64 -r 12', 'two models, enough rounds for a ranking'],
  ],
  async run(flags) {
    const output = readOutput(flags);
    const configuration = readConfiguration(flags);
    flags.refuse(...configurationFaults(configuration));
    flags.assertNoFaults();
    return measure(configuration, output);
  },
};

function readConfiguration(flags: Flags<typeof options>): RunConfiguration {
  return {
    command: 'bench',
    targets: readModels(flags).map((model): TargetSpec => ({ kind: 'model', model })),
    warmupMs: flags.value('warmup', parseDuration),
    rounds: flags.value('rounds', parseInteger),
    ...readLoad(flags),
    ...readScenarios(flags),
  };
}

function readScenarios(flags: Flags<typeof options>): Scenario & Pick<RunConfiguration, 'scenarios'> {
  const [first, ...others] = TOUR;
  if (!LOAD_FLAGS.some((name) => flags.isGiven(name))) return { ...first, scenarios: others };
  return {
    transports: someOf(flags.choices('transports', 'transport', transportNames), USUAL_TRANSPORTS),
    connections: flags.value('connections', parseIntegers) ?? CONNECTIONS,
    work: readWork(flags),
    scenarios: [],
  };
}

/** Those chosen; all when none was, or when each was refused already: what else is wrong shall still be found. */
function someOf<N extends string>(chosen: readonly N[] | undefined, all: readonly N[]): readonly N[] {
  return chosen && chosen.length > 0 ? chosen : all;
}

/** Models that were named must run here; of all, those that can't are left out with a note. */
function readModels(flags: Flags<typeof options>): readonly ModelName[] {
  const named = flags.choices('models', 'model', modelNames);
  const unavailable = (named ?? modelNames).flatMap((name) => {
    const reason = whyUnavailable(name);
    return reason === undefined ? [] : [{ name, reason }];
  });
  for (const { name, reason } of unavailable) {
    if (named) flags.refuse(`${name} can't run here: ${reason}`);
    else say(`left out: ${name}: ${reason}`);
  }
  return someOf(named, modelNames).filter((name) => !unavailable.some((missing) => missing.name === name));
}
