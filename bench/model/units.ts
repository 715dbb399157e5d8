/**
 * Parses amounts as users write them on a command line. Every function throws a RangeError that contains what was
 * expected, with examples; the caller adds the name of the flag.
 */

const MS_PER_UNIT: Readonly<Record<string, number>> = { us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1000,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
};

/** CONFIG_NR_CPUS of Linux is at most 8192. The limit also keeps `0-999999999` from filling memory. */
const MAX_CPUS = 8192;

/** Exponents of ten by suffix. */
const EXPONENTS: Readonly<Record<string, string>> = { k: 'e3', M: 'e6' };

const DURATION = /^(\d+(\.\d+)?(us|µs|ms|s|m|h))+$/;
const PLAIN = /^\d{1,15}(\.\d+)?$/;

/**
 * Parses `500ms`, `2s`, `1.5m` or `1m30s` to milliseconds. A plain number means seconds, as in wrk, k6 and autocannon.
 * @throws {RangeError} when it is not a duration.
 */
export function parseDuration(text: string): number {
  if (PLAIN.test(text)) return Number(text) * 1000;
  if (!DURATION.test(text)) throw new RangeError(`'${text}' is not a duration, such as 500ms, 2s, 1m or 2 (seconds)`);
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)/g)) {
    milliseconds += Number(amount) * (MS_PER_UNIT[unit ?? ''] ?? Number.NaN);
  }
  return milliseconds;
}

/**
 * Parses a duration as {@link parseDuration} does, to milliseconds, but requires a unit. It is for costs and bounds,
 * which are mostly far below a second.
 * @throws {RangeError} when it is not a duration, or a plain number.
 */
export function parseDurationWithUnit(text: string): number {
  if (PLAIN.test(text)) throw new RangeError(`'${text}' has no unit: write ${text}us, ${text}ms or ${text}s`);
  return parseDuration(text);
}

/** Parses `20000`, `0.5`, `10k`, `1.5M` or `1e6`. @returns undefined when it is not such a number. */
export function parseAmount(text: string): number | undefined {
  const [, digits, suffix] = /^(\d{1,15}(?:\.\d+)?)([kM]|[eE]\d{1,2})?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  // Parse it as one literal: 1.1 times 1000 is not 1100.
  return Number(digits + (suffix === undefined ? '' : (EXPONENTS[suffix] ?? suffix)));
}

/** Parses a rate in requests/s: `20000`, `0.5`, `10k` or `1e6`. @throws {RangeError} when it is not a rate. */
export function parseRate(text: string): number {
  const rate = parseAmount(text);
  if (rate === undefined) throw new RangeError(`'${text}' is not a number of requests/s, such as 1000, 10k or 1e6`);
  return rate;
}

/**
 * Parses `64`, `64KiB` or `1MiB` to bytes. @throws {RangeError} when it is not a size, or not a whole number of bytes.
 */
export function parseSize(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(BYTES_PER_UNIT, unit) ? BYTES_PER_UNIT[unit] : undefined;
  const bytes = Number(amount) * (factor ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) {
    const hint = /^[\d.]+ ?[kKM]$/.test(text) ? ': kB is 1000 and KiB 1024 bytes' : '';
    throw new RangeError(`'${text}' is not a size, such as 64, 64KiB or 1MiB${hint}`);
  }
  return bytes;
}

/** Parses a whole number, 0 or more: `64`, `10k` or `1e6`. @throws {RangeError} when it is none. */
export function parseInteger(text: string): number {
  const amount = parseAmount(text);
  if (!Number.isSafeInteger(amount)) throw new RangeError(`'${text}' is not a whole number`);
  return amount as number;
}

/** Parses whole numbers, in the order given, each once: `1,16,128`. @throws {RangeError} for the first that is none. */
export function parseIntegers(text: string): number[] {
  return [...new Set(parseNames(text).map(parseInteger))];
}

/** Parses names, in the order given, each once: `a,b`. @throws {RangeError} when one is empty. */
export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new RangeError(`'${text}' has an empty place between its commas`);
  return [...new Set(names)];
}

/**
 * Parses CPU numbers as taskset(1) does, ascending, each once: `0,2-3`. @throws {RangeError} when it is no such list.
 */
export function parseCpus(text: string): number[] {
  const cpus = parseNames(text).flatMap((part) => {
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from <= to && to < MAX_CPUS)) throw new RangeError(`'${part}' is not a list of CPUs, such as 0,2-3`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  return [...new Set(cpus)].sort((a, b) => a - b);
}
