import type { Duplex } from 'node:stream';
import { TargetError } from '../../bench/model/errors.ts';
import type { Dialer, Peer } from './dialers/dialer.ts';

/** Connects to a peer. @throws {TargetError} when it fails, or takes longer than `timeoutMs`. */
export async function dial(peer: Peer, dialer: Dialer, timeoutMs: number): Promise<Duplex> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await dialer.dial(peer, controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw asTargetError(`can't connect to ${peer.url}`, error);
    const reason = `no answer within ${inWords(timeoutMs)}: wait longer with --timeout`;
    throw new TargetError(`can't connect to ${peer.url}: ${reason}`, [], { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Returns a time in words, such as `10 s`. */
export function inWords(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`;
}

/** Converts an error with a system error code to a TargetError; returns others unchanged. */
export function asTargetError(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const reason = error.code === 'ECONNREFUSED' ? 'no server listens there (ECONNREFUSED)' : error.message;
  return new TargetError(`${what}: ${reason}`, [], { cause: error });
}
