import { conformance } from './suite.ts';

conformance('cluster');
