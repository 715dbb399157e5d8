import { conformance } from './suite.ts';

conformance('nonblocking');
