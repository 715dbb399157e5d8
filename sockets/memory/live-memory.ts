import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** Counts the native memory that this process holds: exactly, as every allocation and every free is counted. */

const KEY = 'sockbench: native memory held';
/** Words of the counter: blocks, and units of 8 bytes. Block sizes are rounded down to whole units. */
const BLOCKS = 0;
const UNITS = 1;
const UNIT = 8;

/** Returns the one counter of all threads. A thread inherits it from the thread that started it. */
function sharedCounter(): Int32Array {
  const inherited: unknown = getEnvironmentData(KEY);
  if (inherited instanceof SharedArrayBuffer) return new Int32Array(inherited);
  const made = new SharedArrayBuffer(8);
  setEnvironmentData(KEY, made as never);
  return new Int32Array(made);
}

const counter = sharedCounter();

/** Native memory that is allocated and not freed. */
export interface LiveMemory {
  readonly blocks: number;
  readonly bytes: number;
}

/** Returns what all threads of this process hold now. */
export function liveMemory(): LiveMemory {
  return { blocks: Atomics.load(counter, BLOCKS), bytes: Atomics.load(counter, UNITS) * UNIT };
}

/** Counts the allocation of a block. @param bytes size of the block, rounded down to a multiple of 8. */
export function countAllocation(bytes: number): void {
  Atomics.add(counter, BLOCKS, 1);
  Atomics.add(counter, UNITS, bytes / UNIT);
}

/** Counts the free of a block. @param bytes the same size as when it was allocated. */
export function countFree(bytes: number): void {
  Atomics.sub(counter, BLOCKS, 1);
  Atomics.sub(counter, UNITS, bytes / UNIT);
}
