import type { WorkPart } from '../../servers/work/spec.ts';
import { parseDurationWithUnit } from './units.ts';

const NANOS_PER_MS = 1e6;
/** Most work of each kind for one request, so that a server can still be stopped in time. */
const MAX_MS = 1000;
/** How far the sum of shares may exceed 1: users write them as decimals. */
const SHARE_TOLERANCE = 1e-9;

const EXAMPLES = 'such as cpu:200us, io:5ms, cpu:100us+io:2ms or cpu:50us@0.9,cpu:5ms@0.1';

/**
 * Parses `cpu:200us`, `io:5ms`, both joined by `+`, or a mixture of those, each with its share of requests:
 * `cpu:50us@0.9,cpu:5ms@0.1`. Shares may add up to less than 1: the rest costs nothing.
 * @throws {RangeError} when it is no such work.
 */
export function parseWork(text: string): WorkPart[] {
  const entries = text.split(',').map((entry) => entry.trim());
  const parts = entries.map((entry) => parsePart(entry, entries.length === 1));
  const shares = parts.reduce((sum, { share }) => sum + share, 0);
  if (shares > 1 + SHARE_TOLERANCE) {
    throw new RangeError(`the shares of '${text}' add up to ${Number(shares.toFixed(6))}, which is more than 1`);
  }
  return parts;
}

/** Parses one part. @param alone whether it is the only part. Then it needs no share. */
function parsePart(entry: string, alone: boolean): WorkPart {
  const [costs = '', share, ...more] = entry.split('@');
  if (more.length > 0) throw new RangeError(`'${entry}' has more than one share`);
  if (share === undefined && !alone) {
    throw new RangeError(`'${entry}' has no share of the requests: write ${entry}@0.5, or another share`);
  }
  const nanos = { cpu: 0, io: 0 };
  for (const cost of costs.split('+')) {
    const [, kind, duration = ''] = /^(cpu|io):(.+)$/.exec(cost.trim()) ?? [];
    if (kind !== 'cpu' && kind !== 'io') throw new RangeError(`'${cost}' is not valid work, ${EXAMPLES}`);
    const milliseconds = parseDurationWithUnit(duration);
    if (!(milliseconds > 0 && milliseconds + nanos[kind] / NANOS_PER_MS <= MAX_MS)) {
      throw new RangeError(
        `'${entry}': the cost of a request must be above 0, and at most ${MAX_MS / 1000} s of each kind`,
      );
    }
    nanos[kind] += milliseconds * NANOS_PER_MS;
  }
  return { share: share === undefined ? 1 : parseShare(share), cpuNanos: nanos.cpu, ioNanos: nanos.io };
}

/** Parses a share above 0 and up to 1. @throws {RangeError} */
function parseShare(text: string): number {
  const share = decimal(text);
  if (!(share > 0 && share <= 1)) throw new RangeError(`'${text}' is not a share above 0 and up to 1`);
  return share;
}

/** Parses the share of requests whose answer is cached: from 0 to 1. @throws {RangeError} */
export function parseCacheHit(text: string): number {
  const share = decimal(text);
  if (!(share >= 0 && share <= 1)) throw new RangeError(`'${text}' is not a share from 0 to 1, such as 0.8`);
  return share;
}

function decimal(text: string): number {
  return /^(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
}
