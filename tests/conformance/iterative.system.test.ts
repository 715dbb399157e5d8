import { conformance } from './suite.ts';

conformance('iterative');
