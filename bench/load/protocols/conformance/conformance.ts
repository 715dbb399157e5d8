import type { Random } from '../../../../servers/random/streams.ts';
import { isContractError } from '../contract-error.ts';
import { GuardedProtocol } from '../guarded.ts';
import type { ClientProtocol } from '../protocol.ts';
import { type AdjacentBytes, RecordingClient } from './client.ts';
import { boundariesOf, bytesOf, type Conversation, messagesOf } from './conversation.ts';
import { below, damaged } from './damage.ts';

/** One violation of the contract by a protocol. */
export interface ConformanceFault {
  readonly check: string;
  readonly detail: string;
}

/** What a check found. */
export interface ConformanceOutcome {
  readonly check: string;
  /** What holds when there is no fault. */
  readonly claim: string;
  /** Undefined when the protocol passed. */
  readonly fault: string | undefined;
}

/** Input of a conformance check. */
export interface ConformanceSpec {
  /** Creates the protocol, with one connection for each conversation. */
  readonly make: () => ClientProtocol;
  /** The bytes that the server sends on each connection. */
  readonly conversations: readonly Conversation[];
  /** True when each reply is a datagram, which is received whole. Default: false, a stream. */
  readonly datagrams?: boolean;
  readonly random: Random;
  /** Number of damaged conversations to try. Default: 500. */
  readonly damages?: number;
}

/** Finds a fault; undefined when there is none. May throw instead. */
type Check = (spec: ConformanceSpec) => string | undefined;

/** Maximum number of bytes that are passed for all cuts of a conversation: a long one is not cut at every byte. */
const MAX_REPEATED_BYTES = 2_000_000;
const NO_ADJACENT: AdjacentBytes = { before: new Uint8Array(0), after: new Uint8Array(0) };
/** Adjacent bytes that are a plausible continuation, for parsers that read too far. */
const MISLEADING: AdjacentBytes = { before: Buffer.from('\r\n1\0'), after: Buffer.from('\r\n\r\n0\r\n\r\n1') };

const always: Readonly<Record<string, readonly [claim: string, check: Check]>> = {
  requests: ['requests are reproducible, and not longer than longestRequest', checkRequests],
  replies: ['each reply answers one request', checkReplies],
};
const ofStreams: typeof always = {
  merged: ['replies received together give the same events', checkMerged],
  split: ['replies cut at any byte give the same events', checkSplit],
  interleaved: ['connections do not affect each other', checkInterleaved],
  ended: ['FIN between replies is not an event', checkEnded],
  damaged: ['damaged replies cause no exception, and have no effect after a reset', checkDamaged],
};
const ofDatagrams: typeof always = {
  adjacent: ['bytes beside a datagram are not read', checkAdjacent],
  interleaved: ['connections do not affect each other', checkInterleaved],
  damaged: ['damaged datagrams cause no exception, and have no effect after a reset', checkDamaged],
};

/**
 * Checks that a protocol keeps the contract of {@link ClientProtocol}, given the bytes of a server:
 *
 * - Replies give the same events in pieces cut anywhere, merged, and on several connections at the same time.
 * - Requests are reproducible, and not longer than `longestRequest`.
 * - Damaged replies cause no exception and no endless loop, and have no effect after a reset.
 */
export function conformanceOf(spec: ConformanceSpec): ConformanceOutcome[] {
  const { make, conversations, datagrams = false } = spec;
  const guarded = { ...spec, make: () => new GuardedProtocol(make(), conversations.length, 'protocol') };
  const checks = { ...always, ...(datagrams ? ofDatagrams : ofStreams) };
  return Object.entries(checks).map(([check, [claim, run]]) => {
    try {
      return { check, claim, fault: run(check === 'requests' ? spec : guarded) };
    } catch (error) {
      return { check, claim, fault: reasonOf(error) };
    }
  });
}

/** Returns the faults that {@link conformanceOf} finds, at most one for each check. */
export function checkConformance(spec: ConformanceSpec): ConformanceFault[] {
  return conformanceOf(spec).flatMap(({ check, fault }) => (fault === undefined ? [] : [{ check, detail: fault }]));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!isContractError(error)) return error.stack ?? error.message;
  return error.thrown === undefined ? error.message : `${error.message}\n${error.thrown}`;
}

/** Requests with the same number are the same at any position, and no byte outside them is written. */
function checkRequests({ make, conversations }: ConformanceSpec): string | undefined {
  const first = requestsOf(make(), conversations, 0);
  const again = requestsOf(make(), conversations, 3);
  if (first.join('\n') !== again.join('\n')) return 'the same connection and sequence gave another request';
  if (changedOf(make(), conversations).some((request, i) => request !== first[i])) {
    return 'change gave another request than encode';
  }
  const isSame = new Set(first).size <= 1;
  return make().sameRequest && !isSame ? 'sameRequest is true, and requests differ' : undefined;
}

/** @throws {Error} when bytes outside a request are written. */
function requestsOf(protocol: ClientProtocol, conversations: readonly Conversation[], at: number): string[] {
  return conversations.flatMap(({ replies }, c) => {
    protocol.reset(c);
    return replies.map((_, sequence) => {
      const out = Buffer.alloc(at + protocol.longestRequest + 8, 0xa5);
      const length = protocol.encode(c, sequence, out, at);
      if (length > protocol.longestRequest) throw new Error(`request ${sequence} has ${length} bytes`);
      const beside = [...out.subarray(0, at), ...out.subarray(at + length)].some((byte) => byte !== 0xa5);
      if (beside) throw new Error(`encode of request ${sequence} wrote outside the ${length} bytes that it reported`);
      return out.toString('latin1', at, at + length);
    });
  });
}

/** Returns the same requests, each made of the one before it; none from a protocol without `change`. */
function changedOf(protocol: ClientProtocol, conversations: readonly Conversation[]): string[] {
  if (protocol.change === undefined) return [];
  const out = Buffer.alloc(protocol.longestRequest);
  protocol.reset(0);
  const length = protocol.encode(0, 0, out, 0);
  return conversations.flatMap(({ replies }, c) => {
    protocol.reset(c);
    return replies.map((_, sequence) => {
      protocol.change?.(c, sequence, out, 0);
      return out.toString('latin1', 0, length);
    });
  });
}

/** Each reply, received alone, answers one request. */
function checkReplies({ make, conversations }: ConformanceSpec): string | undefined {
  const protocol = make();
  for (const [c, conversation] of conversations.entries()) {
    const client = open(protocol, c, conversation);
    if (conversation.greeting.length > 0) client.receive(conversation.greeting);
    for (const [sequence, reply] of conversation.replies.entries()) {
      client.receive(reply);
      if (conversation.ends === true && sequence === conversation.replies.length - 1) client.finish();
      if (client.answered !== sequence + 1) return `reply ${sequence} gave ${client.events.at(-1)}`;
    }
  }
  return undefined;
}

/** The greeting and all replies give the same events together as one by one. */
function checkMerged({ make, conversations }: ConformanceSpec): string | undefined {
  const protocol = make();
  for (const [c, conversation] of conversations.entries()) {
    const single = eventsOf(protocol, c, conversation, messagesOf(conversation));
    const difference = compare(single, eventsOf(protocol, c, conversation, [bytesOf(conversation)]));
    if (difference !== undefined) return `all replies at once: ${difference}`;
  }
  return undefined;
}

/** Neither a cut at any byte, nor cuts at all bytes, nor adjacent bytes change the events. */
function checkSplit({ make, conversations }: ConformanceSpec): string | undefined {
  const protocol = make();
  for (const [c, conversation] of conversations.entries()) {
    const bytes = bytesOf(conversation);
    const whole = eventsOf(protocol, c, conversation, [bytes]);
    const step = cutEvery(bytes.length);
    for (let cut = 1; cut < bytes.length; cut += step) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
      const difference = compare(whole, eventsOf(protocol, c, conversation, pieces, MISLEADING));
      if (difference !== undefined) return `cut after ${cut} bytes: ${difference}`;
    }
    const difference = compare(whole, eventsOf(protocol, c, conversation, singleBytes(bytes), MISLEADING));
    if (difference !== undefined) return `byte by byte: ${difference}`;
  }
  return undefined;
}

/** Bytes before and after a datagram do not change its events. */
function checkAdjacent({ make, conversations }: ConformanceSpec): string | undefined {
  const protocol = make();
  for (const [c, conversation] of conversations.entries()) {
    const messages = messagesOf(conversation);
    const alone = eventsOf(protocol, c, conversation, messages);
    const difference = compare(alone, eventsOf(protocol, c, conversation, messages, MISLEADING));
    if (difference !== undefined) return `with bytes before and after: ${difference}`;
  }
  return undefined;
}

/** Connections that receive alternately give the same events as one after the other. */
function checkInterleaved({ make, conversations, datagrams }: ConformanceSpec): string | undefined {
  const pieces = conversations.map((each) => (datagrams ? messagesOf(each) : singleBytes(bytesOf(each))));
  const alone = conversations.map((conversation, c) => eventsOf(make(), c, conversation, pieces[c] ?? []));
  const protocol = make();
  const clients = conversations.map((conversation, c) => open(protocol, c, conversation));
  const most = Math.max(...pieces.map(({ length }) => length));
  for (let i = 0; i < most; i++) {
    for (const [c, client] of clients.entries()) {
      const piece = pieces[c]?.[i];
      if (piece !== undefined) client.receive(piece);
    }
  }
  for (const [c, client] of clients.entries()) {
    if (conversations[c]?.ends === true) client.finish();
    const difference = compare(alone[c] ?? [], client.events);
    if (difference !== undefined) return `connection ${c} of several: ${difference}`;
  }
  return undefined;
}

/** FIN between replies is not an event. Elsewhere, it causes no contract violation. */
function checkEnded({ make, conversations }: ConformanceSpec): string | undefined {
  const protocol = make();
  for (const [c, conversation] of conversations.entries()) {
    const bytes = bytesOf(conversation);
    const boundaries = boundariesOf(conversation).slice(0, -1);
    const step = cutEvery(bytes.length);
    for (let cut = 0; cut < bytes.length; cut += step) {
      const client = open(protocol, c, conversation);
      if (cut > 0) client.receive(bytes.subarray(0, cut));
      const before = client.events.length;
      client.finish();
      const events = client.events.slice(before);
      if (boundaries.includes(cut) && events.length > 0) return `FIN after ${cut} bytes, between replies: ${events}`;
    }
  }
  return undefined;
}

/** Damaged bytes give the same events wherever they are cut, and have no effect after a reset. */
function checkDamaged({ make, conversations, datagrams, random, damages = 500 }: ConformanceSpec): string | undefined {
  const protocol = make();
  const piecesOf = (each: Conversation) => (datagrams ? messagesOf(each) : [bytesOf(each)]);
  // Undamaged bytes first: the first reply may determine what the protocol expects of the others.
  const right = conversations.map((each, c) => eventsOf(protocol, c, each, piecesOf(each)));
  for (let i = 0; i < damages; i++) {
    const c = i % conversations.length;
    const conversation = conversations[c] as Conversation;
    const pieces = piecesOf(conversation);
    const target = below(pieces.length, random);
    const wrong = damaged(pieces[target] ?? new Uint8Array(0), random);
    const received = pieces.with(target, wrong);
    const otherwise = datagrams ? received : cutAtRandom(wrong, random);
    const difference =
      compare(
        eventsOf(protocol, c, conversation, received),
        eventsOf(protocol, c, conversation, otherwise, MISLEADING),
      ) ?? compare(right[c] ?? [], eventsOf(protocol, c, conversation, pieces));
    if (difference !== undefined) return `${JSON.stringify(Buffer.from(wrong).toString('latin1'))}: ${difference}`;
  }
  return undefined;
}

/** Returns the distance between the positions at which a conversation is cut, in bytes. */
function cutEvery(length: number): number {
  return Math.max(1, Math.ceil(length ** 2 / MAX_REPEATED_BYTES));
}

function singleBytes(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

function cutAtRandom(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + below(random() < 0.5 ? 4 : 64, random);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function open(protocol: ClientProtocol, c: number, { replies }: Conversation, around = NO_ADJACENT): RecordingClient {
  return new RecordingClient(protocol, c, replies.length, around);
}

/** Returns the events of a new connection that receives these pieces, and FIN if the conversation has one. */
function eventsOf(
  protocol: ClientProtocol,
  c: number,
  conversation: Conversation,
  pieces: readonly Uint8Array[],
  around?: AdjacentBytes,
): readonly string[] {
  const client = open(protocol, c, conversation, around);
  for (const piece of pieces) if (piece.length > 0) client.receive(piece);
  if (conversation.ends === true) client.finish();
  return client.events;
}

/** Returns the first difference; undefined when there is none. */
function compare(expected: readonly string[], events: readonly string[]): string | undefined {
  for (let i = 0; i < Math.max(expected.length, events.length); i++) {
    if (expected[i] !== events[i]) return `event ${i} is '${events[i]}' instead of '${expected[i]}'`;
  }
  return undefined;
}
