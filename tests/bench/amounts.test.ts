import { expect, test } from 'vitest';
import { byteRate, micros, percent, rounded, whole } from '../../bench/run/amounts.ts';

test.each([
  [percent(0.98), '98 %'],
  [percent(0.000512), '0.0512 %'],
  [whole(1234.5), '1,235'],
  [micros(582.4), '582 µs'],
  [micros(12_345), '12.3 ms'],
  [micros(1_500_000), '1.5 s'],
  [rounded(12_345), '12,300'],
  [byteRate(850), '850 B/s'],
  [byteRate(1_234_567_890), '1.23 GB/s'],
  [byteRate(64_000), '64 kB/s'],
])('formats an amount as %s', (text, expected) => expect(text).toBe(expected));
