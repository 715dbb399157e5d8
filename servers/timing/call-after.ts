/**
 * Calls `done` when `nanos` nanoseconds have passed, never earlier. Node's timers have a resolution of one millisecond,
 * so the call is up to two milliseconds late, even for short delays.
 */
export function after(nanos: number, done: () => void): void {
  const due = performance.now() + nanos / 1e6;
  const look = () => {
    // A timer counts from the start of its turn of the event loop, so it may fire too early.
    const left = due - performance.now();
    if (left <= 0) done();
    else setTimeout(look, Math.ceil(left));
  };
  setTimeout(look, Math.ceil(nanos / 1e6));
}
