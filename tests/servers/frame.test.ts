import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  FRAME_HEADER,
  FrameCutter,
  frameEnd,
  frameHeader,
  frameLength,
  framePid,
  frameSpeaker,
} from '../../servers/rooms/frame.ts';

const number = fc.nat(0xffffffff);

test('a header contains the values that it was made from', () => {
  fc.assert(
    fc.property(number, number, number, (length, pid, speaker) => {
      const header = frameHeader(length, pid, speaker);
      expect(header).toHaveLength(FRAME_HEADER);
      expect([frameLength(header, 0), framePid(header, 0), frameSpeaker(header, 0)]).toEqual([length, pid, speaker]);
    }),
  );
});

test('a stream of frames that is split anywhere is split again at frame ends, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.array(fc.nat(400)), (payloads, cuts) => {
      const stream = Buffer.concat(payloads.flatMap((payload, i) => [frameHeader(payload.length, 7, i), payload]));
      const at = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length];
      const cutter = new FrameCutter();
      const pieces = at.slice(1).map((end, i) => Buffer.from(cutter.cut(stream.subarray(at[i], end))));
      expect(Buffer.concat(pieces)).toEqual(stream);
      for (const piece of pieces) {
        let end = 0;
        while (end < piece.length) end = frameEnd(piece, end, piece.length);
        expect(end).toBe(piece.length);
      }
    }),
  );
});
