import * as z from 'zod';
import { type CheckPlan, checkFaults } from '../../bench/check/plan.ts';
import { appsFor, appsSpeaking, speaksHttp } from '../../bench/model/app-workload.ts';
import type { CheckResult } from '../../bench/model/check-result.ts';
import { parseSizes } from '../../bench/model/message-sizes.ts';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import { BASELINE_SESSIONS } from '../../bench/stats/baseline.ts';
import { type GatedMetric, gatedMetrics } from '../../bench/stats/gated-metrics.ts';
import { whyNotForChecks } from '../../reports/renderers/formats.ts';
import { DEFAULT_APP } from '../../servers/apps/app-catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import { cpus, duration, integer, seed } from '../cli/amounts.ts';
import { oneOf, parsed, text, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import type { Displacement } from '../cli/layer.ts';
import { listForm, mapForm } from '../cli/option-form.ts';
import { chosenSeed } from '../cli/seed.ts';
import { loadDisplacements } from '../flags/displacements.ts';
import { assertOneEffort, effortDisplacements, effortFlags } from '../flags/effort.ts';
import { exchangeFlags } from '../flags/exchange/options.ts';
import { readExchange } from '../flags/exchange/read-exchange.ts';
import { fleetFlags, readFleet } from '../flags/fleet.ts';
import { parseGates, readGates } from '../flags/gates.ts';
import { whySizeless } from '../flags/load.ts';
import { remoteFlag, webSocketFlag } from '../flags/options.ts';
import { formatFaults, outputFlags, readOutput } from '../flags/output.ts';
import { protocolFileFlags, readProtocolFile } from '../flags/protocol-file.ts';
import { readServeOn, serveOnFlags } from '../flags/serve-on.ts';
import { readTlsUse, tlsFlags } from '../flags/tls.ts';
import type { Measurement } from '../session/measurement.ts';
import { measuringCommand } from '../session/measuring-command.ts';
import { type Programs, readPrograms } from '../session/programs.ts';
import { openBaseline, recordRun } from '../session/stored-baseline.ts';

const metricNames = Object.keys(gatedMetrics) as GatedMetric[];

const COMPARED = 'What to compare:';
const LOAD = 'Load:';
const VERDICT = 'Verdict:';

const schema = z.strictObject({
  a: text().optional().meta({ group: COMPARED, description: "The program to compare with: 'CMD {port}'" }),
  b: text().optional().meta({ group: COMPARED, description: "The program that must not be slower: 'CMD {port}'" }),
  'baseline-ref': text().optional().meta({
    group: COMPARED,
    description:
      'A is --exec at this commit, in the same directory of a separate checkout; B is --exec in the current directory',
  }),
  baseline: text().optional().meta({
    group: COMPARED,
    description: 'Compare --exec with the recorded runs in this FILE, each measured next to a reference server',
  }),
  record: toggle().meta({
    group: COMPARED,
    description: 'With --baseline: add this run to FILE; create FILE if it does not exist',
  }),
  exec: text().optional().meta({
    group: COMPARED,
    description: "With --baseline-ref: 'CMD {port}', run in both checkouts; with --baseline: the server",
  }),
  build: text().optional().meta({
    group: COMPARED,
    description: 'With --baseline-ref: a shell command that builds the server, run before --exec in both checkouts',
  }),
  app: oneOf('app', appsFor('request-response'))
    .prefault(DEFAULT_APP)
    .meta({
      group: LOAD,
      description: `App that both run: ${appsFor('request-response').join(', ')}; over HTTP, requests are GET / unless chosen`,
    }),
  'any-page': toggle().meta({
    group: LOAD,
    description: "Over HTTP: pages may change from reply to reply, and B's may differ from A's",
  }),
  ...exchangeFlags,
  ...protocolFileFlags,
  ...tlsFlags,
  ...webSocketFlag,
  transport: oneOf('transport', transportNames)
    .prefault('tcp')
    .meta({ group: LOAD, description: transportNames.join(', ') }),
  connections: integer().prefault('50').meta({ group: LOAD, alias: 'c', description: 'Connections, or UDP sockets' }),
  size: parsed(parseSizes, { form: listForm })
    .prefault('64')
    .meta({ group: LOAD, description: 'Bytes of a message, or sizes as for run' }),
  window: duration().prefault('50ms').meta({
    group: LOAD,
    description:
      'Length of a window at full load, in which A and B take turns; half of that at a rate; longer for slow servers',
  }),
  warmup: duration().optional().meta({
    group: LOAD,
    description: 'Load on each program before each session, not measured [default: measured by a pilot]',
  }),
  timeout: duration()
    .prefault('10s')
    .meta({ group: LOAD, description: 'Time after which an unanswered request fails' }),
  'start-timeout': duration().prefault('15s').meta({ group: LOAD, description: 'Time limit until a program listens' }),
  threads: integer().optional().meta({ group: LOAD, description: 'Threads that generate load [default: automatic]' }),
  'server-cpus': cpus()
    .optional()
    .meta({ group: LOAD, description: 'CPUs for the programs: 0,2-3 [default: automatic]' }),
  'load-cpus': cpus().optional().meta({ group: LOAD, description: 'CPUs for the load [default: automatic]' }),
  ...fleetFlags,
  'serve-on': serveOnFlags['serve-on'],
  ...remoteFlag,
  gate: parsed(parseGates, { form: mapForm((metric, margins) => `${metric}=${margins}`, metricNames) })
    .optional()
    .meta({
      group: VERDICT,
      description: `Some of ${metricNames.join(', ')} [default: all], each with optional margins: cpu=2%/8%`,
    }),
  'max-sessions': integer()
    .optional()
    .meta({ group: VERDICT, description: 'Maximum number of sessions [default: as many as the budget allows]' }),
  budget: duration()
    .prefault('5m')
    .meta({ group: VERDICT, description: 'Time of the check; looks and windows are planned to fit into it' }),
  ...effortFlags(VERDICT, 'Judge throughput and CPU time alone, in 2 minutes', 'A budget of 15 minutes'),
  confirm: toggle().meta({ group: VERDICT, description: 'Confirm a regression in a second series of sessions' }),
  'null-arm': toggle().meta({
    group: VERDICT,
    description: 'Also compare A with a copy of itself: if they differ, the check is invalid',
  }),
  seed: seed()
    .optional()
    .meta({ group: VERDICT, description: 'Seed of all random choices [default: random, and recorded]' }),
  ...outputFlags,
});

/** The ways to name two programs exclude each other. */
const PROGRAM_DISPLACEMENTS: readonly Displacement[] = [
  { given: ['a', 'b'], displaced: ['exec', 'build', 'baseline-ref', 'baseline', 'record'] },
  { given: ['exec'], displaced: ['a', 'b'] },
  { given: ['baseline-ref'], displaced: ['a', 'b', 'baseline', 'record'] },
  { given: ['baseline'], displaced: ['a', 'b', 'baseline-ref', 'build', 'max-sessions', 'confirm', 'null-arm'] },
];

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench check`: decides whether B is slower than A. */
export const check = measuringCommand({
  name: 'check',
  describe: 'Check whether one server is slower than another, for CI',
  schema,
  rules: {
    displacements: [...PROGRAM_DISPLACEMENTS, ...loadDisplacements, ...effortDisplacements],
    // Fewer sessions than fit into two minutes decide nothing.
    implied: { quick: { budget: '2m', gate: 'throughput,cpu' }, thorough: { budget: '15m' } },
  },
  examples: [
    ["check -a './old {port}' -b './new {port}'", 'two programs'],
    ["check --baseline-ref main --build 'npm ci' --exec 'node server.js {port}'", 'this branch against main'],
    ["check --baseline runs.json --record --exec 'node server.js {port}'", 'record a run; without --record, judge one'],
  ],
  async plan(flags: CommandFlags) {
    const output = readOutput(flags);
    const programs = readPrograms(flags);
    const plan = await readPlan(flags, programs);
    flags.refuse(...checkFaults(plan), ...formatFaults(output, whyNotForChecks));
    const { baseline: file, record: isRecorded } = flags.values;
    flags.assertNoFaults();
    const { prepareCheck } = await import('../../bench/check/preparation.ts');
    prepareCheck(plan);
    return {
      output,
      async prepare(signal, note) {
        const baseline = file === undefined ? undefined : await openBaseline(plan, file, isRecorded);
        const { arms, warnings, dispose } = await programs.prepare(signal, note);
        return { ...measurementOf({ ...plan, ...arms, warnings, ...(baseline && { baseline }) }), dispose };
      },
    };
  },
});

/** Flags that need a number of sessions that depends on the results. */
const SEQUENTIAL = ['max-sessions', 'confirm', 'null-arm'] as const;
/** Flags that set the budget, which runs against a baseline do not have. */
const EFFORTS = ['quick', 'thorough'] as const;

function readMaxSessions(flags: CommandFlags): number | null {
  if (!flags.isGiven('baseline')) {
    if (flags.values.record) flags.refuse('--record needs --baseline, which names the file');
    return flags.values['max-sessions'] ?? null;
  }
  const chosen = EFFORTS.filter((name) => flags.isChosen(name));
  for (const name of [...SEQUENTIAL.filter((name) => flags.isGiven(name)), ...chosen]) {
    flags.refuse(`--${name} can't be combined with --baseline, where each run has ${BASELINE_SESSIONS} sessions`);
  }
  return null;
}

/** Reads the budget. By default, runs against a baseline have none: all must consist of the same number of sessions. */
function readBudget(flags: CommandFlags): number | null {
  const { budget: budgetMs } = flags.values;
  return flags.isGiven('baseline') && !flags.isGiven('budget') ? null : budgetMs;
}

async function readPlan(flags: CommandFlags, { a, b }: Programs): Promise<CheckPlan> {
  assertOneEffort(flags);
  if (flags.isChosen('agents') && flags.isGiven('baseline')) {
    flags.refuse("--agents can't be combined with --baseline, whose runs are all measured on one machine");
  }
  const { values } = flags;
  const { transport, 'websocket-message': websocketMessage } = values;
  const { app: needed = values.app, ...chosen } = readExchange(flags);
  const { exchange, ...secrets } = { ...chosen, ...(await readProtocolFile(flags, [transport])) };
  const app = flags.isGiven('app') ? values.app : needed;
  const { tls, tlsOptions } = readTlsUse(flags, [transport]);
  const load = { app, exchange, workload: 'request-response', transports: [transport] } as const;
  const sizeless = flags.isChosen('size') ? whySizeless(load) : undefined;
  if (sizeless !== undefined) flags.refuse(`--size: ${sizeless}: leave it out`);
  if (!speaksHttp(app) && flags.isChosen('any-page'))
    flags.refuse(`--any-page needs --app ${appsSpeaking('HTTP').join(', ')}: the other apps echo`);
  return {
    ...{ a, b, anyPage: values['any-page'] },
    point: operatingPoint({
      ...{ transport, app, exchange, websocketMessage, tls },
      ...{ connections: values.connections, sizes: values.size },
    }),
    ...secrets,
    tlsOptions,
    gates: readGates(flags),
    maxSessions: readMaxSessions(flags),
    nullArm: values['null-arm'],
    confirm: values.confirm,
    budgetMs: readBudget(flags),
    seed: values.seed ?? chosenSeed(),
    warmupMs: values.warmup ?? null,
    windowMs: values.window,
    timeoutMs: values.timeout,
    openTimeoutMs: values.timeout,
    threads: values.threads ?? null,
    ...readFleet(flags),
    ...readServeOn(flags),
    serverCpus: values['server-cpus'] ?? null,
    loadCpus: values['load-cpus'] ?? null,
  };
}

/** Returns the check as a measurement, which also adds the run to recorded runs when requested. */
function measurementOf(plan: CheckPlan): Measurement<CheckResult> {
  const { seed, baseline } = plan;
  return {
    seed,
    async run(observer, signal) {
      const { check } = await import('../../bench/check/check.ts');
      return check(plan, observer, signal);
    },
    ...(baseline && { keep: (result) => recordRun(baseline, result) }),
  };
}
