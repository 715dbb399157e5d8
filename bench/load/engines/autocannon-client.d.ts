/** What is used of autocannon's HTTP client. Not its documented interface: its version is held in package.json. */
declare module 'autocannon/lib/httpClient.js' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { ConnectionOptions } from 'node:tls';

  interface ClientOptions {
    readonly protocol: 'http:' | 'https:';
    readonly hostname: string;
    readonly port: number;
    /** Path of a Unix-domain socket to connect to, in place of hostname and port. */
    readonly socketPath?: string;
    /** Value of the Host header. */
    readonly host: string;
    readonly path: string;
    /** The name that is told to a server over TLS (SNI); without it, none. */
    readonly servername?: string;
    readonly method: 'GET';
    readonly pipelining: number;
    /** In seconds, since the connection's last request. */
    readonly timeout: number;
    /** Called with every reply's body, after 'response' and the next request. */
    readonly verifyBody: (body: string) => boolean;
  }

  /** One connection that sends a request for each reply. Emits headers, response(status, bytes, milliseconds), connError(error). */
  class Client extends EventEmitter {
    constructor(options: ClientOptions);
    /** A copy of what it was made with, and what was left out. Any certificate is taken in any case. */
    readonly opts: { tlsOptions: ConnectionOptions };
    readonly conn: Socket;
    /** Gathers the body of each reply, part by part; bytes would be decoded as UTF-8, each part for itself. */
    readonly pipelinedRequests: { addBody(part: Buffer | string): void };
    readonly destroyed: boolean;
    destroy(): void;
    /** Connects, and sends as many requests as may be in flight; called again when the connection ended. */
    _connect(): void;
    /** Sends the next request. */
    _doRequest(): void;
  }

  export = Client;
}
