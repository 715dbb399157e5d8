import { randomInt } from 'node:crypto';
import type { RunConfiguration } from '../bench/model/configuration.ts';
import { parseCpus, parseDuration, parseInteger, parseSize } from '../bench/model/units.ts';
import type { Flags } from './flags.ts';
import type { loadOptions } from './options.ts';

const SEEDS = 2 ** 32;

type Load = Pick<
  RunConfiguration,
  'size' | 'pipelining' | 'threads' | 'seed' | 'timeoutMs' | 'openTimeoutMs' | 'serverCpus' | 'loadCpus'
>;

/** Reads the flags of {@link loadOptions}. */
export function readLoad(flags: Flags<typeof loadOptions>): Load {
  return {
    size: flags.value('size', parseSize),
    pipelining: flags.value('pipelining', parseInteger),
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
