/** What some apps need of a model beyond bytes in, bytes out; as it is said of an app that needs it. */
export const capabilities = {
  'node-streams': "connections that are Node's own streams",
  'unprompted-replies': 'sessions that may speak at any time, not only when they are spoken to',
  room: 'clients that are served at the same time and reach each other, in whatever thread or process each is',
  terminal: 'to run in the process that has the terminal, in its main thread',
} as const;

export type Capability = keyof typeof capabilities;
