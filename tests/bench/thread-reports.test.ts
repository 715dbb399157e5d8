import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { ThreadReport } from '../../bench/load/thread-report.ts';
import { type ThreadMessage, ThreadReports } from '../../bench/load/thread-reports.ts';

const WINDOWS = 100;

/** A thread that sends what a test makes it send. */
class FakeThread extends EventEmitter {
  report(report: ThreadReport): void {
    this.emit('message', { kind: 'finished', report } satisfies ThreadMessage);
  }

  get listening(): number[] {
    return ['message', 'error', 'exit'].map((event) => this.listenerCount(event));
  }
}

const reportOf = (window: number) => ({ window }) as unknown as ThreadReport;

test('each window has its report, in order, whatever else the thread sends', async () => {
  const thread = new FakeThread();
  const reports = new ThreadReports(thread);
  for (const window of [1, 2, 3]) {
    const next = reports.next('finished');
    thread.emit('message', { kind: 'opened', report: {} });
    thread.report(reportOf(window));
    expect(await next).toEqual({ window });
  }
});

test.each([
  ['that fails', (thread: FakeThread) => thread.emit('error', new Error('no memory')), 'no memory'],
  ['that ends', () => undefined, 'a generator thread ended unexpectedly'],
])('a thread %s rejects the report that is awaited, and all later ones', async (_, end, message) => {
  const thread = new FakeThread();
  const reports = new ThreadReports(thread);
  const awaited = reports.next('finished');
  end(thread);
  thread.emit('exit', 1);
  await expect(awaited).rejects.toThrow(message);
  await expect(reports.next('finished')).rejects.toThrow(message);
});

test('reports that were received leave no listener and can be collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const thread = new FakeThread();
  const reports = new ThreadReports(thread);
  const before = thread.listening;
  const received: WeakRef<ThreadReport>[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    const next = reports.next('finished');
    thread.report(reportOf(window));
    received.push(new WeakRef(await next));
  }
  expect(thread.listening).toEqual(before);
  await setImmediate();
  collect();
  // The last one may still be in a register or in the frame of the loop.
  expect(received.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(1);
});
