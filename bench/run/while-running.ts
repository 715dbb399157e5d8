/** Something that was started, and goes on until it is stopped. */
export interface Running {
  /** Never rejects. */
  stop(): Promise<void>;
}

/**
 * Does work with something that runs, and stops it, however the work ends. Nothing can come between: whatever is made for
 * the work is made within it.
 * @param starting rejects when it does not start, and has left nothing running then.
 */
export async function whileRunning<R extends Running, T>(
  starting: R | Promise<R>,
  work: (running: R) => Promise<T>,
): Promise<T> {
  const running = await starting;
  try {
    return await work(running);
  } finally {
    await running.stop();
  }
}
