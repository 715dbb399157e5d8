import { conformance } from './suite.ts';

conformance('balanced');
