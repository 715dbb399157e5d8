import { availableParallelism } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getAffinity, processCpuNanos, setAffinity, threadCpuNanos } from '../../sockets/os/cpu.ts';
import { noLibc } from './open.ts';

describe.skipIf(noLibc)('CPUs', () => {
  test('the affinity of a thread is the CPUs that it is given, and no others', () => {
    const all = getAffinity(0);
    onTestFinished(() => setAffinity(0, all));
    expect(all.length).toBe(availableParallelism());
    const last = all.slice(-1);
    setAffinity(0, last);
    expect(getAffinity(0)).toEqual(last);
    setAffinity(0, all);
    expect(getAffinity(0)).toEqual(all);
  });

  test('CPUs that do not exist are refused', () => {
    expect(() => setAffinity(0, [1023])).toThrow('EINVAL');
    expect(() => setAffinity(0, [])).toThrow('EINVAL');
    for (const cpu of [-1, 1024, 0.5]) expect(() => setAffinity(0, [cpu])).toThrow(RangeError);
  });

  test('CPU time grows with work, and a process has at least the CPU time of its thread', () => {
    const [process0, thread0] = [processCpuNanos(process.pid) ?? 0, threadCpuNanos()];
    expect(process0).toBeGreaterThanOrEqual(thread0);
    while (threadCpuNanos() - thread0 < 5e6);
    const [process1, thread1] = [processCpuNanos(process.pid) ?? 0, threadCpuNanos()];
    expect(thread1 - thread0).toBeGreaterThanOrEqual(5e6);
    expect(process1 - process0).toBeGreaterThanOrEqual(5e6);
    // The CPU clock and process.cpuUsage() measure the same quantity.
    const { user, system } = process.cpuUsage();
    expect(Math.abs((user + system) * 1000 - process1) / process1).toBeLessThan(0.2);
  });

  test('a process that does not exist has no CPU time', () => {
    expect(processCpuNanos(2 ** 22 + 1)).toBeUndefined();
  });
});
