import { parseTemplate } from '../template.ts';
import { TextFault } from '../text-fault.ts';

/** How the length of a reply is written within it: bits, and the order of bytes. */
export type LengthForm = 'u8' | 'u16be' | 'u16le' | 'u32be' | 'u32le';

/** Where a reply ends. Plain data. */
export type ReplyEnd =
  /** With the last byte of these. */
  | { readonly kind: 'until'; readonly delimiter: Uint8Array }
  /** After a number of bytes. */
  | { readonly kind: 'bytes'; readonly count: number }
  /** As many bytes after the length as it says; the length is at an offset. */
  | { readonly kind: 'length'; readonly form: LengthForm; readonly at: number }
  /** After as many bytes as are expected. */
  | { readonly kind: 'expected' };

export type ReplyEndFaultCode = 'bad-delimiter' | 'bad-count' | 'bad-length-form';

const FORMS: Readonly<Record<LengthForm, number>> = { u8: 1, u16be: 2, u16le: 2, u32be: 4, u32le: 4 };
/** Largest number of bytes, and largest offset of a length. */
const MAX_BYTES = 2 ** 32;
const MAX_OFFSET = 65_536;
const MAX_DELIMITER = 256;

/** Returns how many bytes a length takes. */
export function lengthBytes(form: LengthForm): number {
  return FORMS[form];
}

/** Parses what a reply ends with, such as `\r\n`. @throws {TextFault} when it is empty, too long or no template. */
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

/** Parses the form and the place of a length, such as `u32be@0`. @throws {TextFault} when it is not that. */
export function parseLength(text: string): ReplyEnd {
  const [, form = '', digits = ''] = /^(\w+)@(\d{1,5})$/.exec(text) ?? [];
  const at = Number(digits);
  if (Object.hasOwn(FORMS, form) && at <= MAX_OFFSET) return { kind: 'length', form: form as LengthForm, at };
  const message = `'${text}' is not a length: write one of ${Object.keys(FORMS).join(', ')}, and its offset, as in u32be@0`;
  throw new TextFault<ReplyEndFaultCode>('bad-length-form', 0, message);
}
