import type { LoadControl } from '../threads/control.ts';

/** Looks at an idle server after which no further answers are expected; see bench/run/opening.ts for their interval. */
const MIN_LOOKS = 4;

/**
 * Decides while connections are being opened whether the server has been idle since its last answer. A server is also
 * idle while this thread starts, or waits for a CPU: looks before the last answer do not count.
 */
export class IdleWatch {
  readonly #control: LoadControl;
  #looksBefore: number;

  constructor(control: LoadControl) {
    this.#control = control;
    this.#looksBefore = control.idleLooks;
  }

  /** The server has answered. */
  answered(): void {
    this.#looksBefore = this.#control.idleLooks;
  }

  /** Reports whether the server was found idle several times in a row since its last answer. */
  get isIdle(): boolean {
    return this.#control.idleLooks - this.#looksBefore >= MIN_LOOKS;
  }
}
