import { isContractError, stackFrames } from '../../bench/load/protocols/contract-error.ts';
import {
  ConfigurationError,
  NotComparableError,
  ResultFileError,
  ServiceError,
  TargetError,
} from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { SystemError, UnavailableError } from '../../sockets/errors/errno.ts';
import { Interrupted } from './interrupt.ts';

/** What an error that ends the program prints, and the exit code. */
export interface Ending {
  /** Lines for stderr. */
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** Converts a thrown value to messages and an exit code. Unknown errors are reported as internal, with their stack. */
export function ending(error: unknown): Ending {
  if (error instanceof ConfigurationError) {
    return { lines: error.faults.map((fault) => `sockbench: ${fault}`), exitCode: EXIT.usage };
  }
  if (error instanceof ResultFileError || error instanceof UnavailableError || error instanceof ServiceError) {
    return { lines: [`sockbench: ${error.message}`], exitCode: EXIT.usage };
  }
  if (isContractError(error)) {
    return { lines: [`sockbench: ${error.message}`, ...stackFrames(error)], exitCode: EXIT.usage };
  }
  if (error instanceof NotComparableError) {
    const lines = [`sockbench: ${error.message}`, ...error.differences.map((difference) => `  ${difference}`)];
    return { lines, exitCode: EXIT.notComparable };
  }
  if (error instanceof TargetError) {
    return { lines: [`sockbench: ${error.message}`, ...error.stderr], exitCode: EXIT.targetFailed };
  }
  if (error instanceof SystemError) {
    return { lines: [`sockbench: ${error.message}`], exitCode: EXIT.targetFailed };
  }
  // The signal handler has already printed that the program stops.
  if (error instanceof Interrupted) return { lines: [], exitCode: EXIT.interrupted };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    lines: [stack, 'sockbench: this is a bug in sockbench; please report it with the lines above'],
    exitCode: EXIT.internal,
  };
}
