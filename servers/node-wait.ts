/**
 * Calls `done` when so many nanoseconds have passed, never earlier. Node's timers have a resolution of a millisecond,
 * so it is up to two milliseconds later, however short the wait.
 */
export function after(nanos: number, done: () => void): void {
  const due = performance.now() + nanos / 1e6;
  const look = () => {
    // A timer counts from when its turn of the event loop began, so that it may fire too early.
    const left = due - performance.now();
    if (left <= 0) done();
    else setTimeout(look, Math.ceil(left));
  };
  setTimeout(look, Math.ceil(nanos / 1e6));
}
