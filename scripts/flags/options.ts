import { appsSpeaking } from '../../bench/model/app-workload.ts';
import { timestampSources } from '../../bench/model/configuration.ts';
import { parseSizes } from '../../bench/model/message-sizes.ts';
import { arrivals, connectionUses, websocketMessages, workloads } from '../../bench/model/operating-point.ts';
import { parseCacheHit, parseWork } from '../../bench/model/request-work.ts';
import { parseStages } from '../../bench/model/stage.ts';
import { parseNames } from '../../bench/model/units.ts';
import { appNames, DEFAULT_APP } from '../../servers/apps/app-catalog.ts';
import { balancePolicyNames, DEFAULT_BALANCE } from '../../servers/balance/policies.ts';
import { modelNames } from '../../servers/model-catalog.ts';
import { transportNames } from '../../servers/transport.ts';
import { cpus, duration, integer, rate, seed } from '../cli/amounts.ts';
import { oneOf, parsed, someOf, toggle } from '../cli/flag-types.ts';
import { amountForm, listForm, textForm, textsForm } from '../cli/option-form.ts';
import { exchangeFlags } from './exchange/options.ts';
import { tlsFlags } from './tls.ts';

/** Flags that several commands have. Each command's schema is composed of these and its own. */

/** Heading of `--help` for what is measured. */
export const MEASURED = 'What to measure:';
const LOAD = 'Load:';

/** Flags for the work that a request costs the server, for the commands that start servers. */
export const workFlags = {
  work: parsed(asWork, { form: textForm }).optional().meta({
    group: LOAD,
    description: 'Work of the server for each request: cpu:200us, io:5ms, cpu:50us+io:2ms, cpu:50us@0.9,cpu:5ms@0.1',
  }),
  'cache-hit': parsed(parseCacheHit, { form: amountForm })
    .optional()
    .meta({ group: LOAD, description: 'Share of requests that skip the work: 0.8' }),
};

/** Flags that configure built-in servers, for the commands that start them. */
export const serverFlags = {
  balance: oneOf('balance policy', balancePolicyNames)
    .optional()
    .meta({
      group: MEASURED,
      description: `How balanced chooses a server: ${balancePolicyNames.join(', ')} [default: ${DEFAULT_BALANCE}]`,
    }),
};

/** The app, for the commands that measure. */
export const appFlag = {
  app: oneOf('app', appNames)
    .optional()
    .meta({
      group: MEASURED,
      description: `App that the server runs: ${appNames.join(', ')} [default: ${DEFAULT_APP}, or what --workload needs]`,
    }),
};

/** Permission to flood other machines. */
export const remoteFlag = {
  'allow-remote': parsed(parseNames, { form: textsForm })
    .optional()
    .meta({ group: MEASURED, description: 'Other hosts that may be flooded' }),
};

/** Flags for how to talk to the target, for the commands that measure one server at a time. */
export const targetFlags = {
  ...remoteFlag,
  ...appFlag,
  transport: oneOf('transport', transportNames)
    .optional()
    .meta({
      group: MEASURED,
      description: `${transportNames.join(', ')} [default: tcp, or the transport of --target]`,
    }),
};

/** Names of models, for the commands that compare. @param usual what is measured when none are named. */
export function modelsFlag(usual?: string) {
  return someOf('model', modelNames)
    .optional()
    .meta({
      group: MEASURED,
      description: `Some of ${modelNames.join(', ')}${usual === undefined ? '' : ` [default: ${usual}]`}`,
    });
}

/** The type of WebSocket messages, for the commands that measure. */
export const webSocketFlag = {
  'websocket-message': oneOf('type of message', namesOf(websocketMessages))
    .prefault('binary')
    .meta({
      group: LOAD,
      description: `With --app ${appsSpeaking('WebSocket').join(', ')}: type of the messages, ${namesOf(websocketMessages).join(' or ')}`,
    }),
};

/** Flags of the load, for the commands that measure. */
export const loadFlags = {
  workload: oneOf('workload', namesOf(workloads))
    .optional()
    .meta({ group: LOAD, description: `${namesOf(workloads).join(', ')} [default: the workload of --app]` }),
  ...workFlags,
  ...exchangeFlags,
  ...tlsFlags,
  size: parsed(parseSizes, { form: listForm }).prefault('64').meta({
    group: LOAD,
    description: 'Bytes of a message: 64, 64KiB, a range 64-1024, or a mixture 64,1KiB:0.2,16KiB:0.01',
  }),
  ...webSocketFlag,
  deflate: toggle().meta({
    group: LOAD,
    description: `With --app ${appsSpeaking('WebSocket').join(', ')}: compress messages, if the server agrees`,
  }),
  connection: oneOf('use of connections', namesOf(connectionUses))
    .prefault('pooled')
    .meta({ group: LOAD, description: `${namesOf(connectionUses).join(', ')}: connect, request, reply, close` }),
  pipelining: integer()
    .prefault('1')
    .meta({ group: LOAD, alias: 'p', description: 'Requests in flight on each connection' }),
  rate: rate().optional().meta({
    group: LOAD,
    alias: 'R',
    description: "Requests/s, even if the server can't keep up: 500, 10k, 1e6 [default: as many as it answers]",
  }),
  arrivals: oneOf('kind of arrivals', namesOf(arrivals)).optional().meta({
    group: LOAD,
    description: 'Distribution of the arrivals of a rate: constant or poisson [default: constant]',
  }),
  stage: parsed(parseStages, { form: textsForm }).default([]).meta({
    group: LOAD,
    alias: 's',
    description: 'Ramps in place of --duration, such as 30s:1000,10s:5k: of the rate with --rate, else of connections',
  }),
  requests: integer().optional().meta({
    group: LOAD,
    alias: 'n',
    description: 'Stop after N requests; with --duration, stop at whichever comes first',
  }),
  timestamps: oneOf('source of timestamps', namesOf(timestampSources)).prefault('kernel').meta({
    group: LOAD,
    description: 'Source of the arrival times of replies: kernel, or user (less CPU time, but no service time and lag)',
  }),
  threads: integer().optional().meta({ group: LOAD, description: 'Threads that generate load [default: automatic]' }),
  seed: seed()
    .optional()
    .meta({ group: LOAD, description: 'Seed of all random choices [default: random, and recorded]' }),
  timeout: duration().prefault('2s').meta({ group: LOAD, description: 'Time after which an unanswered request fails' }),
  'open-timeout': duration()
    .prefault('3s')
    .meta({ group: LOAD, description: 'Stop opening when no connection was answered for this time' }),
  'server-cpus': cpus()
    .optional()
    .meta({ group: LOAD, description: 'CPUs for the servers: 0,2-3 [default: automatic]' }),
  'load-cpus': cpus().optional().meta({ group: LOAD, description: 'CPUs for the load [default: automatic]' }),
};

/** Returns work as it is written. @throws {RangeError} when it is not work. */
function asWork(written: string): string {
  parseWork(written);
  return written;
}

/** The names of a catalog, as the choices of a flag. */
function namesOf<N extends string>(catalog: Readonly<Record<N, unknown>>): readonly N[] {
  return Object.keys(catalog) as N[];
}
