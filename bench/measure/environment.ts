import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { packageVersion } from '../model/package.ts';
import type { Environment } from '../model/result.ts';
import { commitOf } from './commit.ts';

/** Returns the properties of this machine on which a run's numbers depend. */
export function describeEnvironment(): Environment {
  const commit = commitOf(process.cwd());
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
    // The CPU reports a hypervisor to its guests: the hypervisor bit of CPUID leaf 1.
    virtualized: /^flags.*\bhypervisor\b/m.test(read('/proc/cpuinfo') ?? ''),
    ...(commit !== undefined && { commit }),
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
