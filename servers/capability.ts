/** What some apps need of a model beyond bytes in, bytes out; as it is said of an app that needs it. */
export const capabilities = {
  'node-streams': "connections that are Node's own streams",
} as const;

export type Capability = keyof typeof capabilities;
