import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fullWindow,
  lastingAtFullLoad,
  lastingAtRate,
  rateWindow,
  windowCounts,
} from '../../../bench/check/windows.ts';

describe('windows', () => {
  test('at full load have the requested length, but contain at least two hundred requests', () => {
    expect(fullWindow(50_000, 50)).toBe(50);
    expect(fullWindow(50_000, 200)).toBe(200);
    expect(fullWindow(2000, 50)).toBe(100);
    expect(fullWindow(10, 50)).toBe(1250);
    expect(fullWindow(10, 3000)).toBe(3000);
  });

  test('at a rate are half as long, but contain at least a thousand response times', () => {
    expect(rateWindow(50_000, 50)).toBe(25);
    expect(rateWindow(50_000, 200)).toBe(100);
    expect(rateWindow(5000, 50)).toBe(200);
    expect(rateWindow(100, 50)).toBe(1250);
  });

  test('are even in number, and their total time is within limits', () => {
    expect(windowCounts(50, lastingAtFullLoad(50))).toEqual([16, 24, 32, 48, 64, 96]);
    expect(windowCounts(25, lastingAtRate(50))).toEqual([64, 96, 128, 192, 256, 384, 512]);
    expect(windowCounts(1250, lastingAtRate(50))).toEqual([4, 6, 8, 12, 16]);
    // Shorter ones make shorter sessions.
    expect(windowCounts(10, lastingAtFullLoad(10))[0]).toBe(16);
    expect(windowCounts(2000, lastingAtFullLoad(2000))).toEqual([16]);
  });

  test('are never zero in number, at any window length', () => {
    expect(windowCounts(30_000, lastingAtRate(50))).toEqual([4]);
    expect(windowCounts(1, lastingAtFullLoad(50))).toEqual([512]);
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), (windowMs) => {
        expect(windowCounts(windowMs, lastingAtFullLoad(50)).every((count) => count >= 4 && count % 2 === 0)).toBe(
          true,
        );
        expect(windowCounts(windowMs, lastingAtFullLoad(50)).length).toBeGreaterThan(0);
      }),
    );
  });
});
