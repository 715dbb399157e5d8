import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { packageVersion } from '../model/package.ts';
import type { Environment } from '../model/result.ts';

/** What may make this run's numbers differ from another machine's. */
export function describeEnvironment(): Environment {
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    platform: platform(),
    arch: arch(),
    kernel: release(),
    node: process.versions.node,
    sockbench: packageVersion(),
    governor: read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor')?.trim() ?? null,
    // The CPU tells guests that they are guests: the hypervisor bit of CPUID leaf 1.
    virtualized: /^flags.*\bhypervisor\b/m.test(read('/proc/cpuinfo') ?? ''),
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
