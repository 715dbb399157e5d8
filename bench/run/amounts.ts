/** How amounts are written in sentences about a run: three digits that matter. */

const MICROS_PER_UNIT = [
  { name: 's', factor: 1e6 },
  { name: 'ms', factor: 1e3 },
] as const;

const BYTE_RATES = [
  { name: 'GB/s', factor: 1e9 },
  { name: 'MB/s', factor: 1e6 },
  { name: 'kB/s', factor: 1e3 },
] as const;

/** `98 %`, `5.12 %`. @param share 1 for all. */
export function percent(share: number): string {
  return `${rounded(share * 100)} %`;
}

/** `1,234`. */
export function whole(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `582 µs`, `12.3 ms`, `1.5 s`. */
export function micros(time: number): string {
  const { name, factor } = MICROS_PER_UNIT.find((unit) => time >= unit.factor) ?? { name: 'µs', factor: 1 };
  return `${rounded(time / factor)} ${name}`;
}

/** `1.23 GB/s`: decimal, as iperf3 and makers of networks count. */
export function byteRate(bytesPerSecond: number): string {
  const { name, factor } = BYTE_RATES.find((unit) => bytesPerSecond >= unit.factor) ?? { name: 'B/s', factor: 1 };
  return `${rounded(bytesPerSecond / factor)} ${name}`;
}

/** `0.123`, `12.3`, `12,345`. */
export function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}
