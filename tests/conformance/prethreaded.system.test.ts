import { conformance } from './suite.ts';

conformance('prethreaded');
