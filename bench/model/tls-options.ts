/**
 * How clients use TLS. Plain data, so that it can be passed to a thread. It contains a private key: results store
 * a `TlsRecord` instead.
 */
export interface TlsOptions {
  /** Application protocols offered, the preferred one first (RFC 7301). Empty: none. */
  readonly alpn: readonly string[];
  /**
   * Name sent for the server to choose its certificate by, and expected in the certificate. Null: the name in the target's
   * URL; for one with an IP address, no name is sent.
   */
  readonly servername: string | null;
  /** Certificates that are trusted, as PEM. Null: any certificate is taken, because the server's speed is measured. */
  readonly ca: string | null;
  /** The client's own certificate with its chain, and its private key, as PEM. */
  readonly identity: { readonly cert: string; readonly key: string } | null;
  /** Whether each connection resumes the session of the one before it. */
  readonly resume: boolean;
}

/** Returns options: each connection makes a full handshake and takes any certificate, except for what is given. */
export function tlsOptions(given: Partial<TlsOptions> = {}): TlsOptions {
  return { alpn: [], servername: null, ca: null, identity: null, resume: false, ...given };
}
