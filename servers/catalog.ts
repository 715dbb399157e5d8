import { whyNoLibc } from '../sockets/libc.ts';
import { whyNoUring } from '../sockets/uring-availability.ts';
import type { CarryingModel } from './carrying.ts';
import type { ServerModel } from './contract.ts';

interface ModelEntry extends CarryingModel {
  readonly title: string;
  /** How it waits and how it scales, in a line. */
  readonly summary: string;
  /** What it calls in the system itself, rather than through Node: then it needs Linux, and for io_uring permission. */
  readonly needs: keyof typeof whyNot | null;
  /** Imports the model when it is needed, so that listing models costs nothing. */
  readonly load: () => Promise<{ readonly model: ServerModel }>;
}

/** Why something can't be called on this machine, or `undefined` when it can. */
const whyNot = { libc: whyNoLibc, io_uring: whyNoUring } as const;

const both = ['tcp', 'udp'] as const;

/** Every concurrency model, by name. To add one: write `models/NAME.ts` and an entry here. */
export const models = {
  iterative: {
    title: 'Iterative',
    summary: 'one connection at a time, served to its end; the others wait in the backlog',
    transports: both,
    needs: 'libc',
    load: () => import('./models/iterative.ts'),
  },
  'thread-per-connection': {
    title: 'Thread per connection',
    summary: 'a thread blocks for each client; scales until memory and context switches run out (about 9 MB a thread)',
    transports: both,
    needs: 'libc',
    load: () => import('./models/thread-per-connection.ts'),
  },
  'process-per-connection': {
    title: 'Process per connection',
    summary: 'a process blocks for each client; complete isolation, at the cost of starting a process for each',
    transports: both,
    needs: 'libc',
    load: () => import('./models/process-per-connection.ts'),
  },
  prethreaded: {
    title: 'Prethreaded',
    summary: 'a fixed pool of 32 threads, all blocked in accept; each serves a client to its end, the others wait',
    transports: both,
    needs: 'libc',
    load: () => import('./models/prethreaded.ts'),
  },
  'worker-pool': {
    title: 'Worker pool',
    summary: 'an event loop moves the bytes, a thread a CPU does the work; scales with CPUs when the work is heavy',
    transports: both,
    needs: null,
    load: () => import('./models/worker-pool.ts'),
  },
  cluster: {
    title: 'Cluster',
    summary: "an event loop in a process for each CPU, sharing the port through Node's cluster; scales with CPUs",
    transports: both,
