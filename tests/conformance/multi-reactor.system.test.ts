import { conformance } from './suite.ts';

conformance('multi-reactor');
