import { describe, expect, test } from 'vitest';
import { ConversationRecorder } from '../../../bench/load/protocols/conformance/recorder.ts';
import { parseRecording, recordingDocument } from '../../../bench/load/protocols/conformance/recording.ts';
import { type ClientProtocol, READY } from '../../../bench/load/protocols/protocol.ts';
import { Lines } from './lines.ts';
import { latin } from './talk.ts';

/** Sends `hi` first, and can be used after a line. */
class Greeting extends Lines {
  override readonly greets = true;
  ready = false;

  override reset(c: number): void {
    super.reset(c);
    this.ready = false;
  }
  override greet(_c?: number, out?: Uint8Array): number {
    out?.set(latin('hi'), 0);
    return 2;
  }
  override consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    const next = super.consume(c, Math.max(sequence, 0), bytes, at, end);
    if (this.event !== 2 || this.ready) return next;
    this.ready = true;
    this.event = READY;
    return next;
  }
}

/** Starts a recording of three requests. */
function recording(protocol: ClientProtocol) {
  const sent: string[] = [];
  const recorder = new ConversationRecorder(protocol, 1, 3, (bytes) => sent.push(Buffer.from(bytes).toString()));
  recorder.begin();
  return { recorder, sent };
}

const texts = ({ greeting, replies }: { greeting: Uint8Array; replies: readonly Uint8Array[] }) =>
  [greeting, ...replies].map((bytes) => Buffer.from(bytes).toString());

test('requests are sent one after the other, and replies kept whole, wherever they were cut', () => {
  const { recorder, sent } = recording(new Lines());
  for (const piece of ['ab', 'c\n', '\n', 'd', 'e', 'f\n']) {
    expect(recorder.done).toBe(false);
    recorder.receive(latin(piece));
  }
  expect(recorder.done).toBe(true);
  expect(sent).toEqual(['a\n', 'b\n', 'c\n']);
  expect(texts(recorder.conversation())).toEqual(['', 'abc\n', '\n', 'def\n']);
});

test('a greeting is apart from the replies', () => {
  const { recorder, sent } = recording(new Greeting());
  expect(sent).toEqual(['hi']);
  recorder.receive(latin('hel'));
  recorder.receive(latin('lo\n'));
  for (const reply of ['x\n', 'y\n', 'z\n']) recorder.receive(latin(reply));
  expect(sent).toEqual(['hi', 'a\n', 'b\n', 'c\n']);
  expect(texts(recorder.conversation())).toEqual(['hello\n', 'x\n', 'y\n', 'z\n']);
});

test('FIN may end a reply, and then the conversation', () => {
  const protocol: Lines = Object.assign(new Lines(), {
    finish() {
      protocol.event = 3;
    },
  });
  const { recorder } = recording(protocol);
  recorder.receive(latin('ab'));
  recorder.finish();
  expect(recorder.done).toBe(true);
  expect(recorder.conversation()).toMatchObject({ ends: true });
  expect(texts(recorder.conversation())).toEqual(['', 'ab']);
});

describe('unexpected', () => {
  test('is a reply that the protocol finds wrong: it is shown', () => {
    const { recorder } = recording(new Lines());
    recorder.receive(latin('ok\n'));
    expect(() => recorder.receive(latin('no\x01'))).toThrow(
      'reply 1 is CORRUPT after 2 bytes (not a lower-case letter): no\\x01',
    );
  });

  test('is FIN before the last reply', () => {
    const { recorder } = recording(new Lines());
    recorder.receive(latin('ok\n'));
    expect(() => recorder.finish()).toThrow('the server closed the connection after 1 replies');
  });
});

describe('the file of a recording', () => {
  const conversations = [{ greeting: latin('\0\xff'), replies: [latin('a\r\n'), latin('')], ends: true }];

  test('contains all bytes', () => {
    const text = JSON.stringify(recordingDocument({ datagrams: true, conversations }));
    const read = parseRecording(text);
    expect(read.datagrams).toBe(true);
    expect(read.conversations.map(texts)).toEqual(conversations.map(texts));
    expect(read.conversations[0]?.ends).toBe(true);
  });

  test.each([
    ['no JSON', '{', 'it is not JSON'],
    ['another schema', '{"schema":"sockbench/result/1"}', 'it is not a recording: schema'],
    [
      'a character that is no byte',
      '{"schema":"sockbench/recording/1","datagrams":false,"conversations":[{"greeting":"€","replies":["a"],"ends":false}]}',
      'it is not a recording: conversations.0.greeting: has a character above',
    ],
    [
      'no replies',
      '{"schema":"sockbench/recording/1","datagrams":false,"conversations":[]}',
      'it is not a recording: conversations',
    ],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parseRecording(text)).toThrow(message);
  });
});
