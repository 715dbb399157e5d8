/** Connects a client with the other clients of its server. Members are known by their descriptors. */
export interface Room {
  /** Adds a connection, which receives from now on what others send. Call {@link leave} before closing it. */
  enter(fd: number): void;
  /** Removes a connection. A second call does nothing. */
  leave(fd: number): void;
  /** Sends bytes `start` to `end` to all connections but the sender. */
  broadcast(from: number, bytes: Uint8Array, start: number, end: number): void;
  /** Frees the memory. */
  free(): void;
}
