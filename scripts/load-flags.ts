import { randomInt } from 'node:crypto';
import type { RunConfiguration } from '../bench/model/configuration.ts';
import { fixedSize } from '../bench/model/message-sizes.ts';
import { type Arrivals, arrivals } from '../bench/model/operating-point.ts';
import { parseCpus, parseDuration, parseInteger, parseSize } from '../bench/model/units.ts';
import type { Flags } from './flags.ts';
import { unknown } from './nearest.ts';
import type { loadOptions } from './options.ts';

const SEEDS = 2 ** 32;

type Load = Pick<
  RunConfiguration,
  | 'workload'
  | 'connection'
  | 'sizes'
  | 'pipelining'
  | 'rate'
  | 'arrivals'
  | 'stages'
  | 'requests'
  | 'timestamps'
  | 'threads'
  | 'seed'
  | 'timeoutMs'
  | 'openTimeoutMs'
  | 'serverCpus'
  | 'loadCpus'
>;

/** Reads the flags of {@link loadOptions}. */
export function readLoad(flags: Flags<typeof loadOptions>): Load {
  return {
    workload: 'request-response',
    connection: 'pooled',
    sizes: fixedSize(flags.value('size', parseSize)),
    pipelining: flags.value('pipelining', parseInteger),
    rate: flags.value('rate', parseRate) ?? null,
    arrivals: flags.value('arrivals', parseArrivals),
    stages: [],
    requests: null,
    timestamps: 'kernel',
    threads: flags.value('threads', parseInteger) ?? null,
    seed: flags.value('seed', parseSeed) ?? randomInt(SEEDS),
    timeoutMs: flags.value('timeout', parseDuration),
    openTimeoutMs: flags.value('open-timeout', parseDuration),
    serverCpus: flags.value('server-cpus', parseCpus) ?? null,
    loadCpus: flags.value('load-cpus', parseCpus) ?? null,
  };
}

function parseSeed(text: string): number {
  const seed = parseInteger(text);
  if (seed >= SEEDS) throw new RangeError(`'${text}' is not a seed from 0 to ${SEEDS - 1}`);
  return seed;
}

/** `20000` or `0.5` requests/s. @throws {RangeError} */
function parseRate(text: string): number {
  if (!/^\d{1,12}(\.\d+)?$/.test(text)) throw new RangeError(`'${text}' is not a number of requests/s, such as 1000`);
  return Number(text);
}

function parseArrivals(text: string): Arrivals {
  const known = Object.keys(arrivals) as Arrivals[];
  const found = known.find((name) => name === text);
  if (found === undefined) throw new RangeError(unknown('kind of arrivals', text, known));
  return found;
}
