import { type CheckPlan, checkFaults } from '../../bench/check/plan.ts';
import type { CheckResult } from '../../bench/model/check-result.ts';
import { parseSizes } from '../../bench/model/message-sizes.ts';
import { parseCpus, parseDuration, parseInteger } from '../../bench/model/units.ts';
import { BASELINE_SESSIONS } from '../../bench/stats/baseline.ts';
import { gatedMetrics } from '../../bench/stats/gated-metrics.ts';
import type { Command } from '../cli/command.ts';
import type { Flags, OptionSet } from '../cli/flags.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { readGates } from '../flags/gates.ts';
import { chosenSeed, parseSeed } from '../flags/load.ts';
import { outputOptions } from '../flags/options.ts';
import { readOutput } from '../flags/output.ts';
import { prepareReports, record } from '../session/measure.ts';
import type { Measurement } from '../session/measurement.ts';
import { type Programs, readPrograms } from '../session/programs.ts';
import { openBaseline, recordRun } from '../session/stored-baseline.ts';

const options = {
  a: { group: 'What to compare:', type: 'string', describe: "The program to compare with: 'CMD {port}'" },
  b: { group: 'What to compare:', type: 'string', describe: "The program that must not be slower: 'CMD {port}'" },
  'baseline-ref': {
    group: 'What to compare:',
    type: 'string',
    describe:
      'A is --exec at this commit, in the same directory of a separate checkout; B is --exec in the current directory',
  },
  baseline: {
    group: 'What to compare:',
    type: 'string',
    describe: 'Compare --exec with the recorded runs in this FILE, each measured next to a reference server',
  },
  record: {
    group: 'What to compare:',
    type: 'boolean',
    default: false,
    describe: 'With --baseline: add this run to FILE; create FILE if it does not exist',
  },
  exec: {
    group: 'What to compare:',
    type: 'string',
    describe: "With --baseline-ref: 'CMD {port}', run in both checkouts; with --baseline: the server",
  },
  build: {
    group: 'What to compare:',
    type: 'string',
    describe: 'With --baseline-ref: a shell command that builds the server, run before --exec in both checkouts',
  },
  app: {
    group: 'Load:',
    type: 'string',
    default: 'echo',
    describe: 'App that both run: echo, websocket, or http (GET /)',
  },
  'any-page': {
    group: 'Load:',
    type: 'boolean',
    default: false,
    describe: "With --app http: pages may change from reply to reply, and B's may differ from A's",
  },
  transport: { group: 'Load:', type: 'string', default: 'tcp', describe: 'tcp, udp or tls' },
  connections: { alias: 'c', group: 'Load:', type: 'string', default: '50', describe: 'Connections, or UDP sockets' },
  size: { group: 'Load:', type: 'string', default: '64', describe: 'Bytes of a message, or sizes as for run' },
  window: {
    group: 'Load:',
    type: 'string',
    default: '50ms',
    describe:
      'Length of a window at full load, in which A and B take turns; half of that at a rate; longer for slow servers',
  },
  warmup: {
    group: 'Load:',
    type: 'string',
    describe: 'Load on each program before each session, not measured [default: measured by a pilot]',
  },
  timeout: { group: 'Load:', type: 'string', default: '10s', describe: 'Time after which an unanswered request fails' },
  'start-timeout': {
    group: 'Load:',
    type: 'string',
    default: '15s',
    describe: 'Time limit until a program listens',
  },
  threads: { group: 'Load:', type: 'string', describe: 'Threads that generate load [default: automatic]' },
  'server-cpus': { group: 'Load:', type: 'string', describe: 'CPUs for the programs: 0,2-3 [default: automatic]' },
  'load-cpus': { group: 'Load:', type: 'string', describe: 'CPUs for the load [default: automatic]' },
  gate: {
    group: 'Verdict:',
    type: 'string',
    describe:
      `Some of ${Object.keys(gatedMetrics).join(', ')} [default: all; for http the first two], ` +
      'each with optional margins: cpu=2%/8%',
  },
  'max-sessions': {
    group: 'Verdict:',
    type: 'string',
    describe: 'Maximum number of sessions [default: as many as the budget allows]',
  },
  budget: {
    group: 'Verdict:',
    type: 'string',
    default: '5m',
    describe: 'Time of the check; looks and windows are planned to fit into it',
  },
  confirm: {
    group: 'Verdict:',
    type: 'boolean',
    default: false,
    describe: 'Confirm a regression in a second series of sessions',
  },
  'null-arm': {
    group: 'Verdict:',
    type: 'boolean',
    default: false,
    describe: 'Also compare A with a copy of itself: if they differ, the check is invalid',
  },
  seed: { group: 'Verdict:', type: 'string', describe: 'Seed of all random choices [default: random, and recorded]' },
  ...outputOptions,
} as const satisfies OptionSet;

/** `sockbench check`: decides whether B is slower than A. */
export const check: Command<typeof options> = {
  name: 'check',
  describe: 'Check whether one server is slower than another, for CI',
  options,
  examples: [
    ["check --a './old {port}' --b './new {port}'", 'two programs'],
    ["check --baseline-ref main --build 'npm ci' --exec 'node server.js {port}'", 'this branch against main'],
    ["check --baseline runs.json --record --exec 'node server.js {port}'", 'record a run; without --record, judge one'],
  ],
  async run(flags) {
    const output = readOutput(flags);
    const programs = readPrograms(flags);
    const plan = readPlan(flags, programs);
    flags.refuse(...checkFaults(plan));
    const file = flags.text('baseline');
    flags.assertNoFaults();
    const { prepareCheck } = await import('../../bench/check/preparation.ts');
    prepareCheck(plan);
    await prepareReports(output);
    const baseline = file === undefined ? undefined : await openBaseline(plan, file, flags.has('record'));
    return untilInterrupted(async (signal) => {
      const { arms, warnings, dispose } = await programs.prepare(signal);
      try {
        return await record(await measurementOf({ ...plan, ...arms, warnings, ...(baseline && { baseline }) }), output);
      } finally {
        await dispose();
      }
    });
  },
};

/** Flags that need a number of sessions that depends on the results. */
const SEQUENTIAL = ['max-sessions', 'confirm', 'null-arm'] as const;

function readMaxSessions(flags: Flags<typeof options>): number | null {
  if (!flags.isGiven('baseline')) {
    if (flags.has('record')) flags.refuse('--record needs --baseline, which names the file');
    return flags.value('max-sessions', parseInteger) ?? null;
  }
  for (const name of SEQUENTIAL.filter((name) => flags.isGiven(name))) {
    flags.refuse(`--${name} can't be combined with --baseline, where each run has ${BASELINE_SESSIONS} sessions`);
  }
  return null;
}

/** Reads the budget. By default, runs against a baseline have none: all must consist of the same number of sessions. */
function readBudget(flags: Flags<typeof options>): number | null {
  const budgetMs = flags.value('budget', parseDuration);
  return flags.isGiven('baseline') && !flags.isGiven('budget') ? null : budgetMs;
}

function readPlan(flags: Flags<typeof options>, { a, b }: Programs): CheckPlan {
  const transport = flags.choice('transport', 'transport', ['tcp', 'udp', 'tls']) ?? 'tcp';
  const app = flags.choice('app', 'app', ['echo', 'websocket', 'http']) ?? 'echo';
  if (app === 'http' && flags.isGiven('size')) {
    flags.refuse('--size: an HTTP server chooses how long its pages are: leave it out');
  }
  if (app !== 'http' && flags.isGiven('any-page')) flags.refuse('--any-page needs --app http: the other apps echo');
  return {
    ...{ a, b, anyPage: flags.has('any-page') },
    point: {
      ...{ transport, app, workload: 'request-response' },
      ...{ connection: 'pooled', connections: flags.value('connections', parseInteger), pipelining: 1 },
      sizes: flags.value('size', parseSizes),
    },
    gates: readGates(flags, app),
    maxSessions: readMaxSessions(flags),
    nullArm: flags.has('null-arm'),
    confirm: flags.has('confirm'),
    budgetMs: readBudget(flags),
    seed: flags.value('seed', parseSeed) ?? chosenSeed(),
    warmupMs: flags.value('warmup', parseDuration) ?? null,
    windowMs: flags.value('window', parseDuration),
    timeoutMs: flags.value('timeout', parseDuration),
    openTimeoutMs: 3000,
    threads: flags.value('threads', parseInteger) ?? null,
    serverCpus: flags.value('server-cpus', parseCpus) ?? null,
    loadCpus: flags.value('load-cpus', parseCpus) ?? null,
  };
}

/** Returns the check as a measurement, which also adds the run to recorded runs when that is wanted. */
async function measurementOf(plan: CheckPlan): Promise<Measurement<CheckResult>> {
  const { check: runCheck } = await import('../../bench/check/check.ts');
  const { seed, baseline } = plan;
  return {
    seed,
    run: (observer, signal) => runCheck(plan, observer, signal),
    ...(baseline && { keep: (result) => recordRun(baseline, result) }),
  };
}
