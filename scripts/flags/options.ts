import { appsSpeaking } from '../../bench/model/app-workload.ts';
import { connectionUses, workloads } from '../../bench/model/operating-point.ts';
import { appNames, DEFAULT_APP } from '../../servers/apps/catalog.ts';
import { balancePolicyNames, DEFAULT_BALANCE } from '../../servers/balance/policies.ts';
import { transportNames } from '../../servers/transport.ts';
import type { OptionSet } from '../cli/flags.ts';

/** Flags for the work that a request costs the server, for the commands that start servers. */
export const workOptions = {
  work: {
    type: 'string',
    group: 'Load:',
    describe: 'Work of the server for each request: cpu:200us, io:5ms, cpu:50us+io:2ms, cpu:50us@0.9,cpu:5ms@0.1',
  },
  'cache-hit': { type: 'string', group: 'Load:', describe: 'Share of requests that skip the work: 0.8' },
} as const satisfies OptionSet;

/** Flags that configure built-in servers, for the commands that start them. */
export const serverOptions = {
  balance: {
    type: 'string',
    group: 'What to measure:',
    describe: `How balanced chooses a server: ${balancePolicyNames.join(', ')} [default: ${DEFAULT_BALANCE}]`,
  },
} as const satisfies OptionSet;

/** Flags for how to talk to the target, for the commands that measure one server at a time. */
export const targetOptions = {
  'allow-remote': {
    group: 'What to measure:',
    type: 'string',
    describe: 'Other hosts that may be flooded',
  },
  app: {
    group: 'What to measure:',
    type: 'string',
    describe: `App that the server runs: ${appNames.join(', ')} [default: ${DEFAULT_APP}, or what --workload needs]`,
  },
  transport: {
    group: 'What to measure:',
    type: 'string',
    describe: `${transportNames.join(', ')} [default: tcp, or the transport of --target]`,
  },
  connections: {
    group: 'What to measure:',
    alias: 'c',
    type: 'string',
    default: '50',
    describe: 'Connections, or UDP sockets',
  },
} as const satisfies OptionSet;

/** Flags of the load, for the commands that measure. Values are strings, so that all faults are reported together. */
export const loadOptions = {
  workload: {
    type: 'string',
    group: 'Load:',
    describe: `${Object.keys(workloads).join(', ')} [default: the workload of --app]`,
  },
  ...workOptions,
  size: {
    type: 'string',
    group: 'Load:',
    default: '64',
    describe: 'Bytes of a message: 64, 64KiB, a range 64-1024, or a mixture 64,1KiB:0.2,16KiB:0.01',
  },
  deflate: {
    type: 'boolean',
    group: 'Load:',
    default: false,
    describe: `With --app ${appsSpeaking('WebSocket').join(', ')}: compress messages, if the server agrees`,
  },
  connection: {
    type: 'string',
    group: 'Load:',
    default: 'pooled',
    describe: `${Object.keys(connectionUses).join(', ')}: connect, request, reply, close`,
  },
  pipelining: {
    alias: 'p',
    type: 'string',
    group: 'Load:',
    default: '1',
    describe: 'Requests in flight on each connection',
  },
  rate: {
    alias: 'R',
    type: 'string',
    group: 'Load:',
    describe: "Requests/s, even if the server can't keep up: 500, 10k, 1e6 [default: as many as it answers]",
  },
  arrivals: {
    type: 'string',
    group: 'Load:',
    default: 'constant',
    describe: 'Distribution of the arrivals of a rate: constant or poisson',
  },
  stage: {
    alias: 's',
    type: 'string',
    group: 'Load:',
    describe: 'Ramps in place of --duration, such as 30s:1000,10s:5k: of the rate with --rate, else of connections',
  },
  requests: {
    alias: 'n',
    type: 'string',
    group: 'Load:',
    describe: 'Stop after N requests; with --duration, stop at whichever comes first',
  },
  timestamps: {
    type: 'string',
    group: 'Load:',
    default: 'kernel',
    describe: 'Source of the arrival times of replies: kernel, or user (less CPU time, but no service time and lag)',
  },
  threads: { type: 'string', group: 'Load:', describe: 'Threads that generate load [default: automatic]' },
  seed: { type: 'string', group: 'Load:', describe: 'Seed of all random choices [default: random, and recorded]' },
  timeout: { type: 'string', group: 'Load:', default: '2s', describe: 'Time after which an unanswered request fails' },
  'open-timeout': {
    type: 'string',
    group: 'Load:',
    default: '3s',
    describe: 'Stop opening when no connection was answered for this time',
  },
  'server-cpus': { type: 'string', group: 'Load:', describe: 'CPUs for the servers: 0,2-3 [default: automatic]' },
  'load-cpus': { type: 'string', group: 'Load:', describe: 'CPUs for the load [default: automatic]' },
} as const satisfies OptionSet;

/** Flags for the look of reports. */
export const displayOptions = {
  'no-color': { type: 'boolean', group: 'Output:', default: false, describe: 'No colours (also NO_COLOR=1)' },
} as const satisfies OptionSet;

/** Flags for where results go, for the commands that measure. */
export const outputOptions = {
  'out-dir': {
    type: 'string',
    group: 'Output:',
    default: 'results',
    describe: 'Directory in which each run creates a directory for its results',
  },
  out: { type: 'string', group: 'Output:', describe: 'Additional reports: json=FILE,terminal=FILE' },
  json: {
    type: 'string',
    group: 'Output:',
    describe: 'Write the results as JSON to FILE; - prints them instead of tables',
  },
  ...displayOptions,
  quiet: { alias: 'q', type: 'boolean', group: 'Output:', default: false, describe: 'No progress' },
} as const satisfies OptionSet;
