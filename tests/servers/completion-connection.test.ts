import { describe, expect, onTestFinished, test } from 'vitest';
import type { StreamApp, StreamReply, StreamSession } from '../../servers/apps/app.ts';
import { CompletionConnection } from '../../servers/completion/connection.ts';
import { EAGAIN, ECANCELED, ECONNRESET, ENOBUFS, EPIPE } from '../../sockets/errors/errno.ts';
import { whyMissing } from '../requirements.ts';
import { INBOX, RecordingRing } from './recording-ring.ts';

const FD = 7;

/** An echo. `end` ends the conversation, `ten` with ten letters, FIN with `bye`. */
class Parrot implements StreamApp, StreamSession {
  readonly #letters = Buffer.from('0123456789');

  stream(): StreamSession {
    return this;
  }

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    const text = Buffer.from(bytes.subarray(start, end)).toString();
    if (text === 'end') reply.end();
    else if (text === 'ten') reply.send(this.#letters, 0, 10);
    else if (text === 'nap') {
      reply.wait(5);
      reply.send(this.#letters, 0, 1);
    } else if (text === 'two') for (const at of [0, 2]) reply.send(this.#letters, at, at + 2);
    else reply.send(bytes, start, end);
  }

  finish(reply: StreamReply): void {
    reply.send(Buffer.from('bye'), 0, 3);
  }
}

/** Returns a parrot with further methods. */
function parrotThat(more: Pick<StreamSession, 'open' | 'produce'>): StreamApp {
  return Object.assign(new Parrot(), more);
}

/** An event: received bytes, or the result of an operation. */
type Event =
  | string
  | { readonly resumed: true }
  | { readonly short: number }
  | { readonly sent: number }
  | { readonly ended: number };
/** The events of one turn, and the operations requested in it. */
type Turn = readonly [came: readonly Event[], asked: readonly string[]];

function converse(app: StreamApp, turns: readonly Turn[]): void {
  const ring = new RecordingRing();
  const connection = new CompletionConnection(FD, app, ring);
  onTestFinished(() => connection.free());
  connection.open();
  for (const [i, [came, asked]] of turns.entries()) {
    if (i > 0) {
      ring.nextTurn();
      let at = (ring.turn & 1) * INBOX;
      for (const event of came) at = deliver(connection, ring, event, at);
    }
    ring.endTurn();
    expect(ring.asked, `turn ${i}`).toEqual(asked);
  }
}

function deliver(connection: CompletionConnection, ring: RecordingRing, event: Event, at: number): number {
  if (typeof event === 'string') {
    ring.received.bytes.set(Buffer.from(event), at);
    connection.received(at, at + event.length);
    return at + event.length;
  }
  if ('resumed' in event) connection.resume();
  else if ('short' in event) connection.fellShort(event.short);
  else if ('sent' in event) connection.sent(event.sent);
  else connection.receivingEnded(event.ended);
  return at;
}

const begin: Turn = [[], ['receive']];

describe.skipIf(whyMissing('libc'))('a connection driven by completions', () => {
  test.each<[string, readonly Turn[]]>([
    ['answers at once in each turn', [begin, [['ab'], ['now ab']], [['cd'], ['now cd']]]],
    [
      'makes one send per turn: further replies are sent in the next turn',
      [begin, [['ab', 'cd', 'e'], ['now ab']], [[], ['now cde']], [[], []]],
    ],
    [
      'keeps the order when more bytes arrive in the next turn',
      [begin, [['ab', 'cd'], ['now ab']], [['ef'], ['now cdef']]],
    ],
    ['sends two replies to one chunk', [begin, [['two'], ['now 01']], [[], ['now 23']]]],
    ['sends from the outbox, and from its own memory when the outbox is full', [begin, [['ten'], ['now 0123456789']]]],
    [
      'sends the rest after a short send, and waits for it',
      [begin, [['abcd'], ['now abcd']], [[{ short: 1 }], ['send bcd']], [[{ sent: 3 }], []], [['e'], ['now e']]],
    ],
    [
      'sends all bytes later when the kernel took none',
      [begin, [['abcd'], ['now abcd']], [[{ short: -EAGAIN }], ['send abcd']]],
    ],
    [
      'sends later replies after a pending send',
      [
        begin,
        [['ab', 'cd'], ['now ab']],
        [
          [{ short: 1 }, 'ef'],
          ['send b', 'stop'],
        ],
        [[{ sent: 1 }], ['now cd']],
        [[{ short: 1 }], ['send d']],
        [[{ sent: 1 }], ['now ef']],
      ],
    ],
    [
      'stops receiving when the peer sends during a pending send, and resumes after it',
      [
        begin,
        [['ab'], ['now ab']],
        [
          [{ short: 0 }, 'cd', 'ef'],
          ['send ab', 'stop'],
        ],
        [[{ ended: -ECANCELED }], []],
        [[{ sent: 2 }], ['now cdef', 'receive']],
      ],
    ],
    [
      'resumes receiving, too, when the send completes before receiving has stopped',
      [
        begin,
        [['ab'], ['now ab']],
        [
          [{ short: 0 }, 'cd'],
          ['send ab', 'stop'],
        ],
        [[{ sent: 2 }], ['now cd']],
        [[{ ended: -ECANCELED }], ['receive']],
      ],
    ],
    [
      'restarts receiving when there was no buffer',
      [begin, [[{ ended: -ENOBUFS }], ['receive']], [['ab'], ['now ab']]],
    ],
    [
      'restarts receiving when it ended with bytes',
      [
        begin,
        [
          ['ab', { ended: 2 }],
          ['now ab', 'receive'],
        ],
      ],
    ],
    [
      'answers the peer’s FIN, and is over when the answer has been sent',
      [begin, [['ab'], ['now ab']], [[{ ended: 0 }], ['now bye']], [[], ['over']]],
    ],
    [
      'sends all pending replies after the peer’s FIN',
      [
        begin,
        [['ab', { ended: 0 }], ['now ab']],
        [[{ short: 1 }], ['send b']],
        [[{ sent: 1 }], ['now bye']],
        [[], ['over']],
      ],
    ],
    [
      'sends FIN when the app ends the conversation, and discards input until the peer’s FIN',
      [
        begin,
        [['ab', 'end', 'cd'], ['now ab']],
        [[], ['FIN']],
        [['ef'], []],
        [[{ ended: -ENOBUFS }], ['receive']],
        [[{ ended: 0 }], ['over']],
      ],
    ],
    [
      'sends FIN after a pending send',
      [begin, [['ab', 'end'], ['now ab']], [[{ short: 1 }], ['send b']], [[{ sent: 1 }], ['FIN']]],
    ],
    ['is over when the peer resets it', [begin, [[{ ended: -ECONNRESET }], ['abort', 'over']]]],
    [
      'is over when the peer resets it, but not before the send in progress has ended',
      [
        begin,
        [
          ['ab', { ended: -ECONNRESET }],
          ['now ab', 'abort'],
        ],
        [[{ short: -EPIPE }], ['over']],
      ],
    ],
    [
      'is over when a send fails, but not before receiving has ended',
      [begin, [['ab', 'cd'], ['now ab']], [[{ short: -EPIPE }], ['abort']], [[{ ended: 0 }], ['over']]],
    ],
    [
      'is over when a pending send fails halfway',
      [
        begin,
        [['abc'], ['now abc']],
        [[{ short: 1 }], ['send bc']],
        [[{ sent: 1 }], ['abort']],
        [[{ ended: -ECONNRESET }], ['over']],
      ],
    ],
    [
      'delays replies when the app requests it, and receives nothing meanwhile',
      [
        begin,
        [
          ['ab', 'nap', 'cd'],
          ['now ab', 'wait 5', 'stop'],
        ],
        [[{ ended: -ECANCELED }], []],
        [[{ resumed: true }], ['now 0']],
        [[], ['now cd', 'receive']],
      ],
    ],
    [
      'answers the peer’s FIN after a wait',
      [begin, [['nap', { ended: 0 }], ['wait 5']], [[{ resumed: true }], ['now 0']], [[], ['now bye']], [[], ['over']]],
    ],
    [
      'is over when the peer resets it while it waits',
      [begin, [['nap'], ['wait 5']], [[{ ended: -ECONNRESET }], ['abort', 'over']]],
    ],
  ])('%s', (_, turns) => {
    converse(new Parrot(), turns);
  });

  test('begins with the bytes that the app sends first', () => {
    const open = (reply: StreamReply) => reply.send(Buffer.from('hello'), 0, 5);
    converse(parrotThat({ open }), [
      [[], ['now hello', 'receive']],
      [['ab'], ['now ab']],
    ]);
  });

  test('produces the next piece when the one before was taken, and not while a send is pending', () => {
    const piece = Buffer.from('piece');
    const produce = (reply: StreamReply) => reply.sendConstant(piece, 0, 5);
    converse(parrotThat({ produce }), [
      [[], ['now piece', 'receive']],
      [[], ['now piece']],
      [[{ short: 2 }], ['send ece']],
      [[], []],
      [[{ sent: 3 }], ['now piece']],
      [[{ ended: 0 }], ['now bye']],
      [[], ['over']],
    ]);
  });
});
