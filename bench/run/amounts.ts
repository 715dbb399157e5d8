/** Formats amounts for sentences about a run: three significant digits, except for counts. */

const MICROS_PER_UNIT = [
  { name: 's', factor: 1e6 },
  { name: 'ms', factor: 1e3 },
] as const;

const BYTE_RATES = [
  { name: 'GB/s', factor: 1e9 },
  { name: 'MB/s', factor: 1e6 },
  { name: 'kB/s', factor: 1e3 },
] as const;

/** Formats a share as a percentage: `98 %`, `5.12 %`. @param share 1 is 100 %. */
export function percent(share: number): string {
  return `${rounded(share * 100)} %`;
}

/** Formats a count: `1,234`. */
export function whole(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Formats microseconds in the largest fitting unit: `582 µs`, `12.3 ms`, `1.5 s`. */
export function micros(time: number): string {
  const { name, factor } = MICROS_PER_UNIT.find((unit) => time >= unit.factor) ?? { name: 'µs', factor: 1 };
  return `${rounded(time / factor)} ${name}`;
}

/** Formats a byte rate: `1.23 GB/s`. Units are decimal, as in iperf3 and in data sheets of networks. */
export function byteRate(bytesPerSecond: number): string {
  const { name, factor } = BYTE_RATES.find((unit) => bytesPerSecond >= unit.factor) ?? { name: 'B/s', factor: 1 };
  return `${rounded(bytesPerSecond / factor)} ${name}`;
}

/** Formats a number with three significant digits: `0.123`, `12.3`, `12,300`. */
export function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}
