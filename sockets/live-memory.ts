import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** How much native memory this process holds, exactly: every block is counted when it is allocated and when it is freed. */

const KEY = 'sockbench: native memory held';
/** Words of the counter: blocks, and units of 8 bytes. The size of a block is a multiple of that. */
const BLOCKS = 0;
const UNITS = 1;
const UNIT = 8;

/** One counter for all threads: a thread inherits it from the one that started it. */
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

/** What all threads of this process hold now. */
export function liveMemory(): LiveMemory {
  return { blocks: Atomics.load(counter, BLOCKS), bytes: Atomics.load(counter, UNITS) * UNIT };
}

/** A block was allocated. @param bytes rounded down to a multiple of 8. */
export function countAllocation(bytes: number): void {
  Atomics.add(counter, BLOCKS, 1);
  Atomics.add(counter, UNITS, bytes / UNIT);
}

/** A block was freed. @param bytes as when it was allocated. */
export function countFree(bytes: number): void {
  Atomics.sub(counter, BLOCKS, 1);
  Atomics.sub(counter, UNITS, bytes / UNIT);
}
