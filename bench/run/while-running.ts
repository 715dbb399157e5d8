/** Something that was started and runs until it is stopped. */
export interface Running {
  /** Never rejects. */
  stop(): Promise<void>;
}

/**
 * Runs `work` with something that was started, and stops it however the work ends. Whatever the work needs is created
 * within `work`, so that nothing can fail before the stop is ensured.
 * @param starting when it rejects, it has left nothing running.
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
