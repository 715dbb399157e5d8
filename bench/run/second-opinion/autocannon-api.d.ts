/** The parts of autocannon's documented interface that are used here; @types/autocannon describes an older version. */
declare module 'autocannon' {
  namespace autocannon {
    interface Options {
      readonly url: string;
      readonly connections: number;
      /** Requests in flight on each connection. */
      readonly pipelining: number;
      /** In seconds. */
      readonly duration: number;
      /** How often it checks whether the time is over, in milliseconds. */
      readonly sampleInt: number;
      /** In seconds, at least 1. */
      readonly timeout: number;
      /** Sent in turn. */
      readonly requests: readonly Request[];
      /** Name for SNI. */
      readonly servername?: string;
    }

    interface Request {
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: Buffer;
    }

    interface Result {
      /** Connections that failed, and timeouts. */
      readonly errors: number;
      /** Requests in flight on connections that timed out. */
      readonly timeouts: number;
      /** Replies by status. */
      readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
      readonly start: Date;
      readonly finish: Date;
    }

    interface Run extends PromiseLike<Result> {
      /** Called for each reply. @param milliseconds response time, with a fraction. */
      on(
        event: 'response',
        listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
      ): unknown;
    }
  }

  function autocannon(options: autocannon.Options): autocannon.Run;

  export = autocannon;
}
