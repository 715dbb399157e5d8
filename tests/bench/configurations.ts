import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';

/** A valid configuration: three models over both transports at two levels of concurrency. */
export const configuration: RunConfiguration = {
  command: 'bench',
  targets: [
    { kind: 'model', model: 'iterative' },
    { kind: 'model', model: 'async' },
    { kind: 'model', model: 'cluster' },
  ],
  app: 'echo',
  transports: ['tcp', 'udp'],
  connections: [1, 16],
  work: null,
  cacheHit: 0,
  deflate: false,
  exchange: null,
  scenarios: [],
  pipelining: 1,
  workload: 'request-response',
  connection: 'pooled',
  sizes: fixedSize(64),
  rate: null,
  arrivals: null,
  stages: [],
  requests: null,
  timestamps: 'kernel',
  durationMs: 500,
  warmupMs: 200,
  rounds: 5,
  thresholds: [],
  seed: 42,
  threads: null,
  timeoutMs: 2000,
  openTimeoutMs: 2000,
  serverCpus: null,
  loadCpus: null,
};
