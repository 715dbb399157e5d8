import { conformance } from './suite.ts';

conformance('process-per-connection');
