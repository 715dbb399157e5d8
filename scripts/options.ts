import type { OptionSet } from './flags.ts';

/** How hard clients press, for the commands that measure. Values are text: units.ts reads them, all faults together. */
export const loadOptions = {
  size: {
    type: 'string',
    group: 'Load:',
    default: '64',
    describe: 'Bytes of a request and of its reply: 64, 64KiB, 1MiB',
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
    describe: 'Requests/s, whatever the server does [default: as many as it answers]',
  },
  arrivals: {
    type: 'string',
    group: 'Load:',
    default: 'constant',
    describe: 'How a rate is spread: constant or poisson',
  },
  threads: { type: 'string', group: 'Load:', describe: 'Threads that generate load [default: chosen]' },
  seed: { type: 'string', group: 'Load:', describe: 'Seed of all that is random [default: chosen, and recorded]' },
  timeout: { type: 'string', group: 'Load:', default: '2s', describe: 'A request unanswered for so long has failed' },
  'open-timeout': {
    type: 'string',
    group: 'Load:',
    default: '3s',
    describe: 'Stop opening after so long without an answer',
  },
  'server-cpus': { type: 'string', group: 'Load:', describe: 'CPUs for the servers: 0,2-3 [default: chosen]' },
  'load-cpus': { type: 'string', group: 'Load:', describe: 'CPUs for the load [default: chosen]' },
} as const satisfies OptionSet;

/** How reports look. */
export const displayOptions = {
  'no-color': { type: 'boolean', group: 'Output:', default: false, describe: 'No colours (also NO_COLOR=1)' },
} as const satisfies OptionSet;

/** Where results go, for the commands that measure. */
export const outputOptions = {
  'out-dir': {
    type: 'string',
    group: 'Output:',
    default: 'results',
    describe: 'Gets a directory of results for each run',
  },
  out: { type: 'string', group: 'Output:', describe: 'More reports: json=FILE,terminal=FILE' },
  json: {
    type: 'string',
    group: 'Output:',
    describe: 'Write the results as JSON to FILE; - prints them instead of tables',
  },
  ...displayOptions,
  quiet: { alias: 'q', type: 'boolean', group: 'Output:', default: false, describe: 'No progress' },
} as const satisfies OptionSet;
