import { conformance } from './suite.ts';

conformance('worker-pool');
