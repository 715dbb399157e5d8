import {
  membersOf,
  type RunConfiguration,
  type SingleTarget,
  type TargetSpec,
} from '../../bench/model/configuration.ts';
import { codedFaults } from '../../bench/model/configuration-faults.ts';
import { selectPolicyNames } from '../../bench/model/select-policy.ts';
import { parseThresholds } from '../../bench/model/threshold.ts';
import { parseDuration, parseInteger, parseNames } from '../../bench/model/units.ts';
import { textsOf } from '../../bench/model/want.ts';
import { balancePolicyNames } from '../../servers/balance/policies.ts';
import { modelNames, whyUnavailable } from '../../servers/catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import type { Command } from '../cli/command.ts';
import type { Flags, OptionSet } from '../cli/flags.ts';
import { foreignOptions, readForeign } from '../flags/foreign.ts';
import { assertSizeTells, readLoad, readWork } from '../flags/load.ts';
import { loadOptions, outputOptions, serverOptions, targetOptions } from '../flags/options.ts';
import { readOutput } from '../flags/output.ts';
import { readAddress } from '../flags/target.ts';
import { measure } from '../session/measure.ts';

const options = {
  model: { group: 'What to measure:', type: 'string', describe: `Start and measure one of ${modelNames.join(', ')}` },
  target: {
    group: 'What to measure:',
    type: 'string',
    describe: 'Measure a running server: tcp://127.0.0.1:7000, or udp, tls, ws, wss, http, https://…/path',
  },
  ...foreignOptions,
  ...targetOptions,
  duration: {
    group: 'What to measure:',
    alias: 'd',
    type: 'string',
    default: '10s',
    describe: 'Time measured: 500ms, 1m, 10 (seconds)',
  },
  warmup: { group: 'What to measure:', type: 'string', default: '1s', describe: 'Load before that, not measured' },
  rounds: {
    group: 'What to measure:',
    alias: 'r',
    type: 'string',
    default: '1',
    describe: 'How often it is measured',
  },
  threshold: {
    group: 'What to measure:',
    type: 'string',
    describe:
      "A bound such as 'p99<5ms' or 'errors==0'; may be given several times; exit code 1 when a bound is crossed",
  },
  select: {
    group: 'What to measure:',
    type: 'string',
    describe: `How clients choose between several targets: ${selectPolicyNames.join(', ')}`,
  },
  ...serverOptions,
  ...loadOptions,
  ...outputOptions,
} as const satisfies OptionSet;

/** `sockbench run`: measures one target at one operating point. */
export const run: Command<typeof options> = {
  name: 'run',
  describe: 'Measure one server under one load',
  options,
  examples: [
    ['run --model async -c 100 -d 5s', 'a built-in server'],
    ["run --exec 'python3 echo.py {port}'", 'your own server, started for this run'],
    ['run --target udp://127.0.0.1:7000', 'a running server'],
    ['run --model async --model epoll --select p2c', 'two servers that share the load'],
  ],
  async run(flags) {
    const output = readOutput(flags);
    const target = await readTarget(flags);
    const configuration = readConfiguration(flags, target);
    // Without a target, readTarget() has already recorded a more helpful fault.
    flags.refuse(...textsOf(codedFaults(configuration).filter(({ code }) => code !== 'no-target')));
    flags.assertNoFaults();
    return measure(configuration, output);
  },
};

function readConfiguration(flags: Flags<typeof options>, target: TargetSpec | undefined): RunConfiguration {
  const spoken = target && membersOf(target).find((member) => member.kind === 'address');
  const transports = [flags.choice('transport', 'transport', transportNames) ?? spoken?.transport ?? 'tcp'];
  const load = readLoad(flags, spoken?.app);
  assertSizeTells(flags, { ...load, transports });
  return {
    command: 'run',
    targets: target ? [target] : [],
    transports,
    connections: [flags.value('connections', parseInteger)],
    warmupMs: flags.value('warmup', parseDuration),
    rounds: flags.value('rounds', parseInteger),
    thresholds: flags.value('threshold', parseThresholds) ?? [],
    work: readWork(flags),
    scenarios: [],
    balance: flags.choice('balance', 'balance policy', balancePolicyNames),
    ...load,
  };
}

/** Reads the target. Returns undefined and records a fault when none is given or it is unusable. */
async function readTarget(flags: Flags<typeof options>): Promise<TargetSpec | undefined> {
  const select = flags.choice('select', 'selection policy', selectPolicyNames);
  const targets = await readTargets(flags);
  const [first] = targets;
  if (flags.isGiven('select')) return { kind: 'group', members: targets, select: select ?? 'round-robin' };
  if (targets.length > 1) {
    flags.refuse(
      'several targets: to put one load on all of them, set with --select how clients choose ' +
        `(${selectPolicyNames.join(', ')}); to compare them, use bench`,
    );
  }
  return first;
}

/** Reads all targets on the command line: models, commands, and servers that run already. */
async function readTargets(flags: Flags<typeof options>): Promise<SingleTarget[]> {
  const known = flags.choices('model', 'model', modelNames) ?? [];
  // Not `known`: a model named twice means two servers.
  const names = flags.texts('model').flatMap((text) => text.split(','));
  const models = names.flatMap((name) => known.find((model) => model === name.trim()) ?? []);
  const urls = flags.texts('target');
  const allowed = flags.value('allow-remote', parseNames) ?? [];
  const foreign = readForeign(flags);
  if (!flags.isGiven('model') && urls.length + foreign.length === 0) {
    flags.refuse("specify what to measure: --model NAME, --exec 'CMD {port}' or --target tcp://HOST:PORT");
  }
  for (const model of known) {
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
