/** A server that runs in a process of its own. */
export interface Server {
  /** Where it listens: an IP address and a port, or the path of a socket. */
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  /** The same as a target for `run` and `capacity`, with the protocol of its app: `http://127.0.0.1:41573`. */
  readonly url: string;
  /** Stops it, by force if necessary. Resolves when it has ended. Never rejects. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
