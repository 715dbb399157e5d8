/** The parts of autocannon's documented interface that are used here; @types/autocannon describes an older version. */
declare module 'autocannon' {
  interface AutocannonOptions {
    readonly url: string;
    readonly connections: number;
    /** In seconds. */
    readonly duration: number;
  }

  interface AutocannonResult {
    /** Answered requests. */
    readonly requests: { readonly total: number };
    readonly errors: number;
    readonly non2xx: number;
    readonly start: Date;
    readonly finish: Date;
  }

  function autocannon(options: AutocannonOptions): Promise<AutocannonResult>;

  export = autocannon;
}
