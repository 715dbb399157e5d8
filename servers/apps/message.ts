const NEWLINE = 0x0a;

/** Does a message that is a line end among the bytes `start` to `end`? */
export function endsMessage(bytes: Uint8Array, start: number, end: number): boolean {
  const at = bytes.indexOf(NEWLINE, start);
  return at >= 0 && at < end;
}
