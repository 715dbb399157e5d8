import type { Displacement } from '../cli/layer.ts';
import { httpFlags, redisFlags, scriptFlags } from './exchange/options.ts';

const FAMILIES = [httpFlags, redisFlags, scriptFlags].map((flags) => Object.keys(flags));
const EXCHANGES = FAMILIES.flat();
const REPLY_ENDS = ['reply-until', 'reply-bytes', 'reply-length'];

/** Flags of a load that exclude each other: those of a higher source displace those of a lower one. */
export const loadDisplacements: readonly Displacement[] = [
  { given: ['stage'], displaced: ['duration'] },
  { given: ['duration'], displaced: ['stage'] },
  // A load has one protocol.
  ...FAMILIES.map((family) => ({ given: family, displaced: EXCHANGES.filter((name) => !family.includes(name)) })),
  { given: ['protocol'], displaced: EXCHANGES },
  { given: EXCHANGES, displaced: ['protocol', 'protocol-option'] },
  // A file contains what other flags of its protocol say.
  { given: ['urls'], displaced: ['method', 'body'] },
  { given: ['method', 'body'], displaced: ['urls'] },
  { given: ['script'], displaced: Object.keys(scriptFlags).filter((name) => name !== 'script') },
  { given: ['send'], displaced: ['script'] },
  ...REPLY_ENDS.map((end) => ({ given: [end], displaced: REPLY_ENDS.filter((other) => other !== end) })),
];
