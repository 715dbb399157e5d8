/** The bytes that a server sends on one connection, recorded or written by hand. */
export interface Conversation {
  /** All bytes until READY; empty for a protocol that does not greet. */
  readonly greeting: Uint8Array;
  /** The replies to requests 0, 1, 2 and so on. */
  readonly replies: readonly Uint8Array[];
  /** True when FIN ends the last reply. Default: false. */
  readonly ends?: boolean;
}

/** Returns all bytes that the server sends, in order. */
export function bytesOf({ greeting, replies }: Conversation): Uint8Array {
  return Buffer.concat([greeting, ...replies]);
}

/** Returns the positions within {@link bytesOf} where the greeting and each reply end. */
export function boundariesOf({ greeting, replies }: Conversation): number[] {
  const boundaries = [greeting.length];
  for (const reply of replies) boundaries.push((boundaries.at(-1) as number) + reply.length);
  return boundaries;
}

/** Returns the greeting and the replies that have bytes, in order. */
export function messagesOf({ greeting, replies }: Conversation): Uint8Array[] {
  return [greeting, ...replies].filter(({ length }) => length > 0);
}
