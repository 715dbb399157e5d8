import {
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  MORE,
  type ProtocolEvent,
  UNSOLICITED,
} from '../../../bench/load/protocols/protocol.ts';

const NEWLINE = 10;

/** A protocol as a user would write it, on two connections: the reply to a letter is a line of lower-case letters. */
export class Lines implements ClientProtocol {
  longestRequest = 2;
  readonly sameRequest: boolean = false;
  readonly greets: boolean = false;
  readonly faults = ['', 'bytes that answer no request', 'not a lower-case letter'];
  event: ProtocolEvent = MORE;
  readonly status = 0;
  replyBytes = 0;
  fault = 0;
  readonly received = new Uint32Array(2);

  reset(c: number): void {
    this.received[c] = 0;
  }

  greet(): number {
    return 0;
  }

  encode(_c: number, sequence: number, out: Uint8Array, at: number): number {
    out[at] = 97 + (sequence % 26);
    out[at + 1] = NEWLINE;
    return 2;
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    if (sequence < 0) return this.corrupt(UNSOLICITED, 0, at);
    let next = at;
    while (next < end && bytes[next] !== NEWLINE) {
      const byte = bytes[next] as number;
      if (byte < 97 || byte > 122) return this.corrupt(2, (this.received[c] as number) + next - at, next);
      next++;
    }
    const complete = next < end;
    if (complete) next++;
    this.replyBytes = (this.received[c] as number) + next - at;
    this.received[c] = complete ? 0 : this.replyBytes;
    this.event = complete ? COMPLETE : MORE;
    return next;
  }

  corrupt(fault: number, replyBytes: number, position: number): number {
    this.event = CORRUPT;
    this.fault = fault;
    this.replyBytes = replyBytes;
    return position;
  }
}
