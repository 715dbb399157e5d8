/** Names of the hot paths. In a file of their own, so that reading them loads nothing else. */
export const hotPathNames = [
  'histogram-record',
  'pacer-constant',
  'pacer-poisson',
  'payload-64',
  'payload-16384',
  'clock',
  'ffi-call',
  'http-parse',
  'protocol-echo',
  'protocol-http',
  'protocol-redis',
  'protocol-websocket',
  'protocol-deflate-64',
  'protocol-deflate-1024',
  'protocol-script',
  'tls-64',
] as const;

export type HotPathName = (typeof hotPathNames)[number];
