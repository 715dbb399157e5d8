/** The code of a protocol does not keep the contract of ClientProtocol, so that the engine cannot continue. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  /** Stack of what the protocol threw; undefined when it threw nothing. A text, because it has to cross threads. */
  readonly thrown: string | undefined;

  /** @param options `cause` is what the protocol threw, if anything. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    const cause = options?.cause;
    this.thrown = cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
  }
}

/** Reports whether a value is a ContractError, also when it has come from another thread, where it lost its class. */
export function isContractError(error: unknown): error is ContractError {
  return error instanceof Error && error.name === 'ContractError';
}

/** Returns the error of a protocol that threw. @param what the call, such as `mine.ts: consume`. */
export function threw(what: string, error: unknown): ContractError {
  return new ContractError(`${what} threw ${error}`, { cause: error });
}

/** Returns where a protocol threw, or its call was refused, innermost first: the lines of the stack without internals. */
export function stackFrames(error: ContractError): string[] {
  const lines = (error.thrown ?? error.stack ?? '').split('\n');
  return lines.filter((line) => /^\s+at /.test(line) && !/\bnode:internal\b|[/\\]jiti[/\\]/.test(line));
}
