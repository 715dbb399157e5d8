import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IDLE_LIMIT, IDLE_MS, IdleWorkers } from '../../servers/spawning/idle-workers.ts';

class Worker {
  dismissed = 0;
  dismiss(): void {
    this.dismissed++;
  }
}

describe('idle threads and processes', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('the last one added is taken first, and none is taken twice', () => {
    const idle = new IdleWorkers<Worker>();
    const [first, second] = [new Worker(), new Worker()];
    idle.add(first);
    idle.add(second);
    expect([idle.take(), idle.take(), idle.take()]).toEqual([second, first, undefined]);
    expect(second).not.toBe(first);
  });

  test('those above the limit are dismissed', () => {
    const idle = new IdleWorkers<Worker>();
    const workers = Array.from({ length: IDLE_LIMIT + 3 }, () => new Worker());
    for (const worker of workers) idle.add(worker);
    expect(idle.size).toBe(IDLE_LIMIT);
    expect(workers.map(({ dismissed }) => dismissed)).toEqual([...Array(IDLE_LIMIT).fill(0), 1, 1, 1]);
  });

  test('each is dismissed when its idle time is over, counted from when it was last added', () => {
    const idle = new IdleWorkers<Worker>();
    const [first, second] = [new Worker(), new Worker()];
    idle.add(first);
    idle.add(second);
    vi.advanceTimersByTime(IDLE_MS - 1);
    expect(idle.take()).toBe(second);
    idle.add(second);
    vi.advanceTimersByTime(1);
    expect([first.dismissed, second.dismissed, idle.size]).toEqual([1, 0, 1]);
    vi.advanceTimersByTime(IDLE_MS - 1);
    expect([first.dismissed, second.dismissed, idle.size]).toEqual([1, 1, 0]);
    expect(idle.take()).toBeUndefined();
  });

  test('one that has ended by itself is neither taken nor dismissed', () => {
    const idle = new IdleWorkers<Worker>();
    const [first, second] = [new Worker(), new Worker()];
    idle.add(first);
    idle.add(second);
    idle.delete(second);
    idle.delete(new Worker());
    expect(idle.take()).toBe(first);
    expect(idle.take()).toBeUndefined();
    vi.advanceTimersByTime(IDLE_MS);
    expect(second.dismissed).toBe(0);
  });

  test('a closed set keeps none and has no timer', () => {
    const idle = new IdleWorkers<Worker>();
    const [first, late] = [new Worker(), new Worker()];
    idle.add(first);
    idle.close();
    idle.add(late);
    expect([first.dismissed, late.dismissed, idle.size, vi.getTimerCount()]).toEqual([0, 1, 0, 0]);
  });
});
