import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Time limit for anything that should happen at once, in milliseconds: against hanging, not an expectation of speed.
 */
export const PATIENCE_MS = 60_000;

/** Time between two looks, in times that a look takes. */
const PAUSE_IN_LOOKS = 4;

/**
 * Polls until `condition` holds, for conditions without an event. It pauses for several times as long as looking takes,
 * so that what it waits for gets the CPU.
 * @throws {Error} when it still doesn't after {@link PATIENCE_MS}.
 */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let begin = performance.now(); !(await condition()); begin = performance.now()) {
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE_MS} ms for ${what}`);
    await sleep(Math.max(10, PAUSE_IN_LOOKS * (performance.now() - begin)));
  }
}

/** Returns what `promise` resolves to. @throws {Error} when it takes longer than {@link PATIENCE_MS}. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE_MS} ms for ${what}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
