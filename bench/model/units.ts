/**
 * What people write for amounts on a command line, turned into numbers. Every function throws a RangeError that says
 * what was expected, with examples; the caller knows which flag it was.
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

/** Linux's CONFIG_NR_CPUS is 8192 at most; also keeps `0-999999999` from filling memory. */
const MOST_CPUS = 8192;

const WHOLE = /^\d{1,15}$/;

/** `500ms`, `2s`, `1.5m` or `1m30s` in milliseconds. @throws {RangeError} when it is no duration. */
export function parseDuration(text: string): number {
  if (!/^(\d+(\.\d+)?(us|µs|ms|s|m|h))+$/.test(text)) {
    throw new RangeError(`'${text}' is not a duration, such as 500ms, 2s or 1m`);
  }
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)/g)) {
    milliseconds += Number(amount) * (MS_PER_UNIT[unit ?? ''] ?? Number.NaN);
  }
  return milliseconds;
}

/** `64`, `64KiB` or `1MiB` in bytes. @throws {RangeError} when it is no size, or no whole number of bytes. */
export function parseSize(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(BYTES_PER_UNIT, unit) ? BYTES_PER_UNIT[unit] : undefined;
  const bytes = Number(amount) * (factor ?? Number.NaN);
  if (!Number.isSafeInteger(bytes)) {
    throw new RangeError(`'${text}' is not a size, such as 64, 64KiB or 1MiB`);
  }
  return bytes;
}

/** A whole number, zero or more. @throws {RangeError} when it is none. */
export function parseInteger(text: string): number {
  if (!WHOLE.test(text)) throw new RangeError(`'${text}' is not a whole number`);
  return Number(text);
}

/** `1,16,128`: whole numbers in the order given, each once. @throws {RangeError} naming the first that is none. */
export function parseIntegers(text: string): number[] {
  return [...new Set(parseNames(text).map(parseInteger))];
}

/** `a,b`: names in the order given, each once. @throws {RangeError} when one is empty. */
export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new RangeError(`'${text}' has an empty place between its commas`);
  return [...new Set(names)];
}

/** `0,2-3`: CPU numbers, ascending, each once, as taskset(1) takes them. @throws {RangeError} when it is no such list. */
export function parseCpus(text: string): number[] {
  const cpus = parseNames(text).flatMap((part) => {
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from <= to && to < MOST_CPUS)) throw new RangeError(`'${part}' is not a list of CPUs, such as 0,2-3`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  return [...new Set(cpus)].sort((a, b) => a - b);
}
