/** A syntax error in a text that a user wrote, such as a script. */
export class TextFault<Code extends string> extends RangeError {
  override readonly name = 'TextFault';
  readonly code: Code;
  /** Index of the first invalid character. */
  readonly at: number;

  constructor(code: Code, at: number, message: string) {
    super(message);
    this.code = code;
    this.at = at;
  }
}
