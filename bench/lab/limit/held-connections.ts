import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../model/package.ts';
import { Child } from './child.ts';

/** What a generator in its own process reports when it holds its connections. */
export interface HeldConnections {
  /** Connections that were opened and answered once. */
  readonly answered: number;
  /** From the first connect until the last first reply. */
  readonly openingSeconds: number;
  /** Resident set of the process just before the generator was created, and when it held all its connections. */
  readonly residentBytesBefore: number;
  readonly residentBytesAfter: number;
}

/** Longest time that a generator may take to open its connections and to report. */
const HOLD_LIMIT_MS = 60_000;

/**
 * Opens connections from a fresh process that does nothing else, so that its memory shows what they take.
 * @throws {TargetError} when it fails.
 */
export async function holdConnections(port: number, connections: number, cpu: number): Promise<HeldConnections> {
  const entry = fileURLToPath(new URL('dist/bench/lab/limit/holder-main.js', packageRoot()));
  const flags = [process.pid, port, connections, cpu].map(String);
  const child = new Child('the generator that holds connections', [process.execPath, entry, ...flags], cpu);
  try {
    return JSON.parse(await child.output(HOLD_LIMIT_MS)) as HeldConnections;
  } finally {
    await child.stop();
  }
}
