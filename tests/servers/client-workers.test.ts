import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Client, type ClientWorker, ClientWorkers } from '../../servers/blocking/client-workers.ts';
import type { ServerSpec } from '../../servers/contract.ts';

const spec: ServerSpec = { transport: 'tcp', app: 'echo', host: '127.0.0.1', port: 0 };

/** Serves a client until the test reports that it was served. */
class Fake implements ClientWorker {
  readonly served: number[] = [];
  ending = 0;
  readonly ended: Promise<void>;
  readonly #failure: Error | undefined;
  #end = () => {};
  #finish = (_goesOn: boolean) => {};

  constructor(failure?: Error) {
    this.#failure = failure;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  serve({ fd }: Client): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    this.served.push(fd);
    return new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  finish(goesOn = true): void {
    this.#finish(goesOn);
    if (!goesOn) this.#end();
  }

  dismiss(): void {
    this.end();
  }

  end(): void {
    this.ending++;
    this.finish(false);
  }
}

describe('threads or processes for clients', () => {
  const started: Fake[] = [];
  const begin = (failure?: Error) => () => {
    const fake = new Fake(failure);
    started.push(fake);
    return fake;
  };
  const client = (fd: number): Client => ({ fd, first: undefined });
  const servedClients = () => started.map(({ served }) => served);

  beforeEach(() => {
    vi.useFakeTimers();
    started.length = 0;
  });
  afterEach(() => void vi.useRealTimers());

  test('each client that arrives while the others are served gets its own worker', async () => {
    const clientWorkers = new ClientWorkers(begin());
    for (const fd of [1, 2, 3]) clientWorkers.serve(client(fd), spec);
    await vi.advanceTimersByTimeAsync(100);
    expect(servedClients()).toEqual([[1], [2], [3]]);
  });

  test('the first client gets a new worker at once, and the next client gets the idle worker', async () => {
    const clientWorkers = new ClientWorkers(begin());
    clientWorkers.serve(client(1), spec);
    expect(servedClients()).toEqual([[1]]);
    started[0]?.finish();
    await vi.advanceTimersByTimeAsync(0);
    clientWorkers.serve(client(2), spec);
    expect(servedClients()).toEqual([[1, 2]]);
  });

  test('clients that arrive just before another one ends get its worker in order of arrival', async () => {
    const clientWorkers = new ClientWorkers(begin());
    for (const fd of [1, 2, 3]) clientWorkers.serve(client(fd), spec);
    await vi.advanceTimersByTimeAsync(1);
    started[0]?.finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(servedClients()).toEqual([[1, 2]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(servedClients()).toEqual([[1, 2], [3]]);
  });

  test('a worker that has ended gets no client', async () => {
    const clientWorkers = new ClientWorkers(begin());
    clientWorkers.serve(client(1), spec);
    started[0]?.finish(false);
    await vi.advanceTimersByTimeAsync(0);
    clientWorkers.serve(client(2), spec);
    expect(servedClients()).toEqual([[1], [2]]);
    started[1]?.finish();
    await vi.advanceTimersByTimeAsync(0);
    // Killed while it was idle.
    started[1]?.finish(false);
    await vi.advanceTimersByTimeAsync(0);
    clientWorkers.serve(client(3), spec);
    expect(servedClients()).toEqual([[1], [2], [3]]);
  });

  test('a worker that cannot be given its client is ended, and the caller gets the error', async () => {
    const clientWorkers = new ClientWorkers(begin(new Error('EPIPE')));
    await expect(clientWorkers.serve(client(1), spec)).rejects.toThrow('EPIPE');
    expect(started.map(({ ending }) => ending)).toEqual([1]);
  });

  test('all workers end together, and none is started afterwards, even for a waiting client', async () => {
    const clientWorkers = new ClientWorkers(begin());
    const served = [clientWorkers.serve(client(1), spec), clientWorkers.serve(client(-1), spec)];
    const ended = clientWorkers.end();
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all([ended, ...served]);
    expect(servedClients()).toEqual([[1]]);
    expect(started[0]?.ending).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
