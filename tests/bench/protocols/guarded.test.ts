import { describe, expect, test } from 'vitest';
import { ContractError, isContractError, stackFrames } from '../../../bench/load/protocols/contract-error.ts';
import { EchoProtocol } from '../../../bench/load/protocols/echo.ts';
import { GuardedProtocol } from '../../../bench/load/protocols/guarded.ts';
import {
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  LAST,
  MORE,
  NO_REQUEST,
  type ProtocolEvent,
  READY,
  REFUSED,
  RESPOND,
} from '../../../bench/load/protocols/protocol.ts';
import { fixedSize } from '../../../bench/model/message-sizes.ts';
import { Lines } from './lines.ts';
import { latin, requestOf, scope } from './talk.ts';

const guard = (protocol: ClientProtocol) => {
  const guarded = new GuardedProtocol(protocol, 2, 'mine.ts');
  guarded.reset(0);
  return guarded;
};

function fail(): never {
  throw new Error('it failed');
}

/** Returns the message of the error that a call throws. */
function refusedBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ContractError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

/** Passes the bytes `abc`, at 1 to 4 of 6, to a protocol that reports an event and returns a position. */
function consumed(event: number, next: number, members: object = {}, sequence = 0): string {
  const protocol: Lines = Object.assign(new Lines(), members, {
    consume() {
      protocol.event = event as ProtocolEvent;
      return next;
    },
  });
  const guarded = guard(protocol);
  return refusedBy(() => guarded.consume(0, sequence, latin('xabcyz'), 1, 4));
}

describe('a protocol that keeps its contract', () => {
  test('gives the same requests and events as without a guard', () => {
    const plain = new EchoProtocol(fixedSize(100), scope);
    const guarded = guard(new EchoProtocol(fixedSize(100), scope));
    plain.reset(1);
    guarded.reset(1);
    for (let sequence = 0; sequence < 3; sequence++) {
      const request = requestOf(plain, 1, sequence);
      expect(requestOf(guarded, 1, sequence)).toEqual(request);
      for (const [at, end] of [
        [0, 40],
        [40, 100],
      ] as const) {
        expect(guarded.consume(1, sequence, request, at, end)).toBe(plain.consume(1, sequence, request, at, end));
        expect(guarded.event).toBe(plain.event);
      }
      expect([guarded.status, guarded.replyBytes]).toEqual([0, 100]);
    }
    const wrong = requestOf(plain, 1, 3);
    wrong[5] = 1 ^ (wrong[5] as number);
    expect(guarded.consume(1, 3, wrong, 0, 100)).toBe(5);
    expect([guarded.event, guarded.faults[guarded.fault]]).toEqual([CORRUPT, 'the reply differs from the request']);
  });

  test('writes its request where it belongs, and nothing beside it', () => {
    const out = new Uint8Array(6).fill(7);
    expect(guard(new Lines()).encode(0, 1, out, 3)).toBe(2);
    expect([...out]).toEqual([7, 7, 7, 98, 10, 7]);
  });

  test('lacks what it lacks: the engine asks for it', () => {
    const { change, respond, finish, refusal, statusCounts, usualReply } = guard(new Lines());
    expect([change, respond, finish, refusal, statusCounts, usualReply]).toEqual(Array(6).fill(undefined));
    const all = Object.assign(new Lines(), {
      respond: () => 0,
      farewell: () => 1,
      finish: () => undefined,
      refusal: () => 'no',
    });
    const guarded = guard(all);
    expect(guarded.respond?.(0, new Uint8Array(2), 0)).toBe(0);
    expect(guarded.farewell?.(0, new Uint8Array(2), 0)).toBe(1);
    expect(guarded.refusal?.(0)).toBe('no');
    guarded.finish?.(0, 0);
    expect(guarded.event).toBe(MORE);
  });
});

describe('what a protocol need not have', () => {
  const counting = (members: object) => guard(Object.assign(new Lines(), members));

  test('is passed on: the usual reply, and the number of replies of each status', () => {
    let isClear = false;
    const guarded = counting({
      usualReply: 7,
      statusCounts: () => ({ 200: 4 }),
      clearStatuses: () => {
        isClear = true;
      },
      notes: [{ code: 'a', message: 'b' }],
    });
    expect(guarded.usualReply).toBe(7);
    expect(guarded.statusCounts?.()).toEqual({ 200: 4 });
    guarded.clearStatuses?.();
    expect(isClear).toBe(true);
    expect(guarded.notes).toEqual([{ code: 'a', message: 'b' }]);
  });

  test('is passed on: changing a request, which writes nothing beside it', () => {
    const plain = new EchoProtocol(fixedSize(20), scope);
    const guarded = guard(new EchoProtocol(fixedSize(20), scope));
    for (let sequence = 0; sequence < 4; sequence++) {
      const out = new Uint8Array(30).fill(7);
      guarded.change?.(sequence % 2, sequence, out, 4);
      const request = requestOf(plain, sequence % 2, sequence);
      expect(out).toEqual(Uint8Array.from([7, 7, 7, 7, ...request, 7, 7, 7, 7, 7, 7]));
    }
  });

  test.each([
    ['statusCounts of texts', { statusCounts: () => ({ 200: 'many' }) }, 'statusCounts returned something else'],
    ['statusCounts of nothing', { statusCounts: () => null }, 'statusCounts returned something else'],
    ['statusCounts that throws', { statusCounts: fail }, 'mine.ts: statusCounts'],
    ['clearStatuses that throws', { clearStatuses: fail }, 'mine.ts: clearStatuses'],
    ['notes that are texts', { notes: ['a'] }, 'notes is not a list'],
    ['change that throws', { change: fail }, 'mine.ts: change'],
  ])('is checked: %s', (_, members, message) => {
    const guarded = counting(members);
    const use = () => {
      for (let i = 0; i < 2; i++) guarded.change?.(0, i, new Uint8Array(2), 0);
      return [guarded.notes, guarded.statusCounts?.(), guarded.clearStatuses?.()];
    };
    expect(refusedBy(use)).toContain(message);
  });
});

describe('is refused:', () => {
  test.each<[string, () => string, string]>([
    ['takes more bytes than it was given', () => consumed(COMPLETE, 5), 'stopped at 4 of 3 bytes (COMPLETE)'],
    ['goes back', () => consumed(COMPLETE, 0), 'stopped at -1 of 3 bytes (COMPLETE)'],
    ['stops between bytes', () => consumed(MORE, 2.5), 'stopped at 1.5 of 3 bytes (MORE)'],
    ['stops nowhere', () => consumed(MORE, Number.NaN), 'stopped at NaN of 3 bytes (MORE)'],
    ['takes nothing', () => consumed(COMPLETE, 1), 'took no byte (COMPLETE)'],
    ['leaves bytes with MORE', () => consumed(MORE, 3), 'left 1 bytes with MORE'],
    ['reports an unknown event', () => consumed(9, 4), 'reported event 9, which does not exist'],
    ['reports no event', () => consumed(Number.NaN, 4), 'reported event NaN, which does not exist'],
    ['reports READY without a greeting', () => consumed(READY, 4), 'READY without a greeting'],
    ['answers no request', () => consumed(COMPLETE, 4, {}, NO_REQUEST), 'COMPLETE, a reply without a request'],
    ['answers before READY', () => consumed(LAST, 4, { greets: true }), 'LAST, a reply without a request'],
    ['responds without respond', () => consumed(RESPOND, 4), 'there is no respond'],
    ['has a reply of -1 bytes', () => consumed(COMPLETE, 4, { replyBytes: -1 }), 'reported -1 bytes with COMPLETE'],
    ['has a status of half', () => consumed(REFUSED, 4, { status: 0.5 }), 'reported status 0.5 with REFUSED'],
    ['has a fault without a text', () => consumed(CORRUPT, 1, { fault: 3 }), 'fault 3 of consume has no text'],
  ])('%s', (_, call, message) => {
    expect(call()).toContain(`mine.ts: `);
    expect(call()).toContain(message);
  });

  test.each([
    ['3 bytes', 3],
    ['-1 bytes', -1],
    ['half a byte', 0.5],
    ['nothing', undefined],
  ])('a request of %s', (_, length) => {
    const protocol = Object.assign(new Lines(), { encode: () => length as number });
    expect(refusedBy(() => guard(protocol).encode(0, 0, new Uint8Array(9), 0))).toBe(
      `mine.ts: encode wrote ${length} bytes; longestRequest is 2`,
    );
  });

  test('FIN that leaves more to come', () => {
    const protocol: Lines = Object.assign(new Lines(), {
      finish() {
        protocol.event = COMPLETE;
      },
    });
    expect(refusedBy(() => guard(protocol).finish?.(0, 0))).toContain('finish reported COMPLETE');
  });

  test('a refusal that is no text', () => {
    const protocol = Object.assign(new Lines(), { refusal: () => 5 as unknown as string });
    expect(refusedBy(() => guard(protocol).refusal?.(0))).toBe('mine.ts: refusal returned number, and not a string');
  });
});

test.each(['reset', 'greet', 'encode', 'consume', 'finish', 'respond', 'refusal'] as const)(
  '%s that throws is refused with its stack',
  (call) => {
    const throwing = () => {
      throw new RangeError('unexpected');
    };
    const protocol = Object.assign(new Lines(), { [call]: throwing });
    const guarded = new GuardedProtocol(protocol, 2, 'mine.ts');
    let error: unknown;
    try {
      if (call !== 'reset') guarded.reset(0);
      if (call === 'consume') guarded.consume(0, 0, latin('a'), 0, 1);
      else if (call === 'reset' || call === 'refusal') guarded[call]?.(0);
      else if (call === 'finish') guarded.finish?.(0, 0);
      else if (call === 'encode') guarded.encode(0, 0, new Uint8Array(9), 0);
      else guarded[call]?.(0, new Uint8Array(9), 0);
    } catch (thrown) {
      error = thrown;
    }
    if (!isContractError(error)) throw error;
    expect(error.message).toBe(`mine.ts: ${call} threw RangeError: unexpected`);
    expect(stackFrames(error)[0]).toMatch(/at .*throwing .*guarded\.test\.ts:\d+/);
  },
);
