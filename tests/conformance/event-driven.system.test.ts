import { conformance } from './suite.ts';

conformance('event-driven');
