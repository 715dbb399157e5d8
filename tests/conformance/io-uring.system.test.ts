import { conformance } from './suite.ts';

conformance('io-uring');
