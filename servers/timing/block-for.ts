import { whyNoLibc } from '../../sockets/libc.ts';
import { setTimerSlack } from '../../sockets/os/process.ts';

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let exact = false;

/**
 * Blocks the calling thread for `nanos` nanoseconds: with libc to within microseconds, else with the system's timer
 * slack.
 */
export function pause(nanos: number): void {
  if (!exact && whyNoLibc() === undefined) setTimerSlack(1);
  exact = true;
  const due = performance.now() + nanos / 1e6;
  for (let left = nanos / 1e6; left > 0; left = due - performance.now()) Atomics.wait(sleeper, 0, 0, left);
}
