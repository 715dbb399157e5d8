import { conformance } from './suite.ts';

conformance('async');
