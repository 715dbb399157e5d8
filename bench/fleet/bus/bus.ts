/** A message that was received. */
export interface BusMessage {
  readonly data: Uint8Array;
  /** Where to send the reply; undefined when none is expected. */
  readonly reply: string | undefined;
}

/**
 * A change of a connection: `lost`, and `restored` where it reconnects; `closed`, when it will not; `refused`, when the
 * server does not allow a subject.
 */
export interface BusStatus {
  readonly kind: 'lost' | 'restored' | 'closed' | 'refused';
  readonly message: string;
}

/** Carries messages between a controller and its agents. Load never passes through it. */
export interface Bus {
  /** Sends a message. While the connection is lost, messages are dropped. */
  publish(subject: string, data: Uint8Array, reply?: string): void;
  /** Receives messages from now on. @returns a function that ends it. */
  subscribe(subject: string, receive: (message: BusMessage) => void): () => void;
  /** Returns a subject for replies that no other client knows. */
  newInbox(): string;
  /** Reports changes of the connection from now on. */
  onStatus(listener: (status: BusStatus) => void): void;
  /** Sends what was published, and closes. Never rejects. */
  close(): Promise<void>;
}
