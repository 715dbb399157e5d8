import { appsSpeaking, speaksHttp } from './app-workload.ts';
import { type RunConfiguration, transportsOf } from './configuration.ts';
import { type Refusals, withoutRefused } from './load-options.ts';
import type { Reason } from './trial.ts';
import type { Want } from './want.ts';

/** The shortest time-out that autocannon takes. */
const MIN_TIMEOUT_MS = 1000;

/** What autocannon does not do, or not in a way that can be compared. */
const refusedByAutocannon: Refusals = {
  'several targets': 'autocannon measures one target: leave out --select, or --engine',
  rate: 'autocannon sends the requests of each second in a burst: leave out --rate for a closed loop, or --engine',
  'stages of connections': 'autocannon keeps the number of connections constant: leave out --stage, or --engine',
  'number of requests': 'autocannon ignores the time limit with a number of requests: set --duration instead',
  // Its client returns before it emits the response (lib/httpClient.js of version 9).
  'connection per request':
    'autocannon does not count replies after which it connects again: leave out --connection, or --engine',
  'several threads': 'one thread is compared with the one of autocannon: leave out --threads',
};

/** Returns what a second load generator requires of a load. */
export function engineWants(configuration: RunConfiguration): Want[] {
  const { secondEngine, app, workload, exchange, tls, timestamps, timeoutMs } = configuration;
  if (secondEngine === undefined) return [];
  return [
    [
      speaksHttp(app) && workload === 'request-response',
      `engine: autocannon measures HTTP requests only: name an http:// target, or add --app ${appsSpeaking('HTTP')}`,
    ],
    [
      transportsOf(configuration).every((transport) => transport === 'tcp' || transport === 'tls'),
      'engine: autocannon measures over tcp and tls only',
    ],
    [
      timestamps === 'user',
      'timestamps: autocannon knows only when it read a reply, and is compared with the same: leave out --timestamps',
    ],
    [
      exchange?.protocol !== 'http' || exchange.requests.length === 1,
      'urls: autocannon sends one kind of request: leave out --urls, or --engine',
    ],
    [
      tls === null,
      'tls: autocannon makes plain handshakes and accepts any certificate: leave out the flags of TLS, or --engine',
    ],
    [timeoutMs >= MIN_TIMEOUT_MS, 'timeout: autocannon waits for at least 1 s: raise --timeout, or leave out --engine'],
    ...withoutRefused(refusedByAutocannon, configuration),
  ];
}

/** Returns what to know before the numbers of two load generators are compared. */
export function engineNotes({ secondEngine }: Pick<RunConfiguration, 'secondEngine'>): Reason[] {
  if (secondEngine === undefined) return [];
  return [
    {
      code: 'second-opinion',
      message:
        'autocannon ran in its own process on the CPUs of the load, after sockbench in odd rounds and before it in ' +
        'even rounds. Its response times are those of its response events, because its summary has whole ' +
        'milliseconds. They omit requests without a reply, and its rate includes opening the connections',
    },
  ];
}
