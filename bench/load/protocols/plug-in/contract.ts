import type { ClientProtocol } from '../protocol.ts';

/** The module `sockbench/protocol`: what the file of a plug-in imports, and the types of what it exports. */

export * from '../protocol.ts';

/** The module `sockbench/protocol`: what the file of a plug-in imports, and the types of what it exports. */

export {
  CLOSE,
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  LAST,
  MORE,
  NO_REQUEST,
  type ProtocolEvent,
  READY,
  REFUSED,
  REFUSED_LAST,
  RESPOND,
  UNSOLICITED,
} from '../protocol.ts';

/** The connections of one thread. Each thread has a protocol of its own. */
export interface PlugInScope {
  /** Number of connections, which have the indexes from 0. */
  readonly connections: number;
  /** Number of the first one among those of all threads. */
  readonly firstConnection: number;
  /** Seed for random choices, 0 to 2^32 - 1: the same in all threads. */
  readonly seed: number;
}

/** Values of `--protocol-option NAME=VALUE`, by their names. */
export type PlugInOptions = Readonly<Record<string, string>>;

/** The export `createProtocol`: creates the client's side of a protocol for the connections of a thread. */
export type CreateProtocol = (scope: PlugInScope, options: PlugInOptions) => ClientProtocol;

/** What a server sends on one connection, for `protocol-test`. A text has a character, up to `\xff`, for each byte. */
export interface PlugInExample {
  /** All bytes until READY. Default: none. */
  readonly greeting?: Uint8Array | string;
  /** The replies to requests 0, 1, 2 and so on. */
  readonly replies: readonly (Uint8Array | string)[];
  /** True when the server's FIN ends the last reply. Default: false. */
  readonly ends?: boolean;
}

/** All exports of a plug-in. */
export interface PlugInModule {
  readonly createProtocol: CreateProtocol;
  /**
   * True when each message is a datagram: `consume` receives it whole, and the plug-in is refused over streams. Default:
   * false. Then replies may be cut anywhere, and over UDP, too, they are received whole.
   */
  readonly datagrams?: boolean;
  /** Conversations with connection 0, 1 and so on, with seed 1 and no options. Default: none. */
  readonly examples?: readonly PlugInExample[];
}
