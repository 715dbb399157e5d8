/** Hot paths by name; apart from what they are, so that to name them costs nothing. */
export const hotPathNames = [
  'histogram-record',
  'pacer-constant',
  'pacer-poisson',
  'payload-64',
  'payload-16384',
  'clock',
  'ffi-call',
  'http-parse',
] as const;

export type HotPathName = (typeof hotPathNames)[number];
