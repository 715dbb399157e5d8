/**
 * One connection of a load that goes through Node: TLS and WebSockets, which the kernel knows nothing of.
 * It tells {@link ClientEvents} what happens, until it is ended or destroyed: from then on it is silent.
 */
export interface Client {
  /** Has less than {@link MAX_QUEUED_BYTES} to send? Otherwise {@link ClientEvents.resume} tells when it has. */
  readonly hasRoom: boolean;
  /** Sends a request. The bytes are the client's from now on. */
  send(request: Uint8Array): void;
  /** Closes in good order, without waiting for the peer. */
  end(): void;
  /** Closes at once, whatever is still to be sent. */
  destroy(): void;
}

/**
 * Bytes that a connection may hold which the kernel has not taken, before the next request: so much and one request is all
 * that a server which does not read costs, however deep the pipeline.
 */
export const MAX_QUEUED_BYTES = 65_536;

/** Where clients tell what happens. Connections are numbered from 0. */
export interface ClientEvents {
  /** The connection stands, all handshakes done. */
  opened(connection: number): void;
  /** Bytes of replies came. @param whole are they a message with bounds of its own, rather than a piece of a stream? */
  received(connection: number, bytes: Uint8Array, whole: boolean): void;
  /** The connection has room for requests again. */
  resume(connection: number): void;
  /** The connection could not be opened, or has ended by itself. @param errno why. */
  ended(connection: number, errno: number): void;
}

/**
 * Begins to connect; events come later.
 * @param localAddress where to connect from; undefined leaves that to the kernel.
 */
export type Connect = (connection: number, events: ClientEvents, localAddress: string | undefined) => Client;
