import { parseTemplate } from '../template.ts';
import { TextFault } from '../text-fault.ts';

/** Encoding of a reply's length within the reply: bits and byte order. */
export type LengthForm = 'u8' | 'u16be' | 'u16le' | 'u32be' | 'u32le';

/** Where a reply ends. Plain data. */
export type ReplyEnd =
  /** After a delimiter. */
  | { readonly kind: 'until'; readonly delimiter: Uint8Array }
  /** After a number of bytes. */
  | { readonly kind: 'bytes'; readonly count: number }
  /** After a length field at an offset, and the number of bytes that it contains. */
  | { readonly kind: 'length'; readonly form: LengthForm; readonly at: number }
  /** With the datagram. */
  | { readonly kind: 'datagram' }
  /** After as many bytes as the expected reply has. */
  | { readonly kind: 'expected' };

export type ReplyEndFaultCode = 'bad-delimiter' | 'bad-count' | 'bad-length-form';

const FORMS: Readonly<Record<LengthForm, number>> = { u8: 1, u16be: 2, u16le: 2, u32be: 4, u32le: 4 };
/** Largest number of bytes, and largest offset of a length. */
const MAX_BYTES = 2 ** 32;
const MAX_OFFSET = 65_536;
const MAX_DELIMITER = 256;

/** Returns the size of a length field in bytes. */
export function lengthBytes(form: LengthForm): number {
  return FORMS[form];
}

/** Parses a delimiter, such as `\r\n`. @throws {TextFault} when it is empty, too long or not a template. */
export function parseDelimiter(text: string): ReplyEnd {
  const [piece, ...more] = parseTemplate(text, {});
  if (piece?.kind === 'bytes' && more.length === 0 && piece.bytes.length <= MAX_DELIMITER) {
    return { kind: 'until', delimiter: piece.bytes };
  }
  const message = `a reply ends with 1 to ${MAX_DELIMITER} bytes, such as \\n`;
  throw new TextFault<ReplyEndFaultCode>('bad-delimiter', 0, message);
}

/** Parses a number of bytes. @throws {TextFault} when it is not one. */
export function parseCount(text: string): ReplyEnd {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= MAX_BYTES) return { kind: 'bytes', count };
  throw new TextFault<ReplyEndFaultCode>('bad-count', 0, `a reply has 1 to ${MAX_BYTES} bytes, not '${text}'`);
}

/** Parses the form and the offset of a length field, such as `u32be@0`. @throws {TextFault} when it is invalid. */
export function parseLength(text: string): ReplyEnd {
  const [, form = '', digits = ''] = /^(\w+)@(\d{1,5})$/.exec(text) ?? [];
  const at = Number(digits);
  if (Object.hasOwn(FORMS, form) && at <= MAX_OFFSET) return { kind: 'length', form: form as LengthForm, at };
  const message = `'${text}' is not a length: write one of ${Object.keys(FORMS).join(', ')}, and its offset, as in u32be@0`;
  throw new TextFault<ReplyEndFaultCode>('bad-length-form', 0, message);
}
