import { conformance } from './suite.ts';

conformance('thread-per-connection');
