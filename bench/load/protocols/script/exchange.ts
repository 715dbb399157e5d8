import { type Piece, type PlaceholderNames, parseTemplate } from '../template.ts';
import { TextFault } from '../text-fault.ts';
import type { ReplyEnd } from './reply-end.ts';

/** A request and its reply. Plain data. */
export interface ScriptExchange {
  readonly send: readonly Piece[];
  /** The expected reply, complete; undefined for any. */
  readonly expect: readonly Piece[] | undefined;
  readonly end: ReplyEnd;
}

/** The exchanges of a connection. */
export interface Script {
  /** Done once, when the connection is open. The first may send nothing: then the server sends first. */
  readonly login: readonly ScriptExchange[];
  /** Repeated: the requests that are measured. */
  readonly repeat: readonly ScriptExchange[];
}

export type ExchangeFaultCode = 'nothing-sent' | 'no-end' | 'nothing-expected';

const PLACEHOLDERS: PlaceholderNames = { sequence: false, connection: false, random: true };

/**
 * Parses a text to send or to expect: see {@link parseTemplate}. Placeholders are `{sequence}` (of the request on its
 * connection), `{connection}` (its number) and `{random:N}` (N letters and digits). The first `{random:N}` of an
 * expected reply equals the first of its request, and so on.
 * @throws {TextFault} when it is wrong.
 */
export function parseScriptText(text: string): Piece[] {
  return parseTemplate(text, PLACEHOLDERS);
}

/** Returns bytes as a template without placeholders, for the contents of a file. */
export function literalBytes(bytes: Uint8Array): Piece[] {
  return bytes.length === 0 ? [] : [{ kind: 'bytes', bytes }];
}

/**
 * Returns an exchange. Without `end`, the reply ends where the expected one does.
 * @throws {TextFault} with an {@link ExchangeFaultCode}.
 */
export function exchangeOf(
  send: readonly Piece[],
  expect: readonly Piece[] | undefined,
  end?: ReplyEnd,
): ScriptExchange {
  if (expect?.length === 0) {
    throw fault('nothing-expected', 'the expected reply is empty: leave it out to allow any reply');
  }
  if (expect === undefined && end === undefined) {
    throw fault(
      'no-end',
      'the end of the reply is unknown: add an expected reply, a delimiter, a number of bytes or a length',
    );
  }
  return { send, expect, end: end ?? { kind: 'expected' } };
}

/** Checks a script as a whole. @throws {TextFault} with an {@link ExchangeFaultCode}. */
export function checkScript({ login, repeat }: Script): void {
  const silent = [...repeat, ...login.slice(1)].some(({ send }) => send.length === 0);
  if (silent) throw fault('nothing-sent', 'every exchange must send something, except the first of a login');
  if (repeat.length === 0) throw fault('nothing-sent', 'a script needs an exchange that is repeated');
}

function fault(code: ExchangeFaultCode, message: string): TextFault<ExchangeFaultCode> {
  return new TextFault(code, 0, message);
}
