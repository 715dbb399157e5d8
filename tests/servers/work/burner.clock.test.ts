import { expect, test } from 'vitest';
import { burnCpu } from '../../../servers/work/burner.ts';
import { threadCpuNanos } from '../../../sockets/os/cpu.ts';
import { whyMissing } from '../../requirements.ts';

test.skipIf(whyMissing('libc')).each([20e3, 200e3, 5e6])(
  'burning %d ns takes that much CPU time of this thread',
  (nanos) => {
    const times = Array.from({ length: 10 }, () => {
      const begin = threadCpuNanos();
      burnCpu(nanos);
      return threadCpuNanos() - begin;
    });
    expect(Math.min(...times)).toBeGreaterThanOrEqual(nanos);
    // The loop reads the clock every few microseconds, but the time of an interrupt may count for this thread.
    expect(Math.min(...times)).toBeLessThan(nanos * 1.5 + 100e3);
  },
);
