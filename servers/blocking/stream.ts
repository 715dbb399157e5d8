import { EAGAIN, EINTR } from '../../sockets/errors/errno.ts';
import { streamRetry } from '../../sockets/errors/retry.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import {
  MSG_DONTWAIT,
  recv,
  SHUT_WR,
  send,
  setReceiveTimeout,
  setSendTimeout,
  shutdown,
} from '../../sockets/socket.ts';
import type { StreamApp, StreamReply, StreamSession } from '../apps/app.ts';
import { SHORTAGE_NANOS } from '../listening/accept.ts';
import type { DescriptorRoom } from '../rooms/descriptor-room.ts';
import { NativeCopies } from '../sending/constant-copies.ts';
import { pause } from '../timing/block-for.ts';
import { LINGER_MS } from '../timing/lingering.ts';
import { type Awaiting, CheckTimes, PeerTimer } from '../timing/peer-timer.ts';

/** Maximum size of one recv, in bytes. */
const BUFFER_SIZE = 65_536;

/** Sends with blocking send(2). A slow reader blocks the caller: that is the backpressure of these models. */
class BlockingStreamReply implements StreamReply {
  /** Whether the app has ended the conversation. */
  ended = false;
  /** Whether nothing more can be sent, because the app ended the conversation or the connection broke. */
  over = false;
  readonly #fd: number;
  readonly #inbox: NativeMemory;
  readonly #room: DescriptorRoom | undefined;
  readonly #constants = new NativeCopies();
  #outbox: NativeMemory | undefined;

  constructor(fd: number, inbox: NativeMemory, room: DescriptorRoom | undefined) {
    this.#fd = fd;
    this.#room = room;
    this.#inbox = inbox;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    // An echo is sent from the receive buffer: no copy.
    if (bytes === this.#inbox.bytes) {
      this.#sendAll(this.#inbox, start, end);
      return;
    }
    this.#outbox ??= new NativeMemory(BUFFER_SIZE);
    for (let from = start; from < end; from += BUFFER_SIZE) {
      const part = bytes.subarray(from, Math.min(end, from + BUFFER_SIZE));
      this.#outbox.bytes.set(part);
      this.#sendAll(this.#outbox, 0, part.length);
    }
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    this.#sendAll(this.#constants.of(bytes), start, end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    if (!this.over) this.#room?.broadcast(this.#fd, bytes, start, end);
  }

  wait(nanos: number): void {
    pause(nanos);
  }

  end(): void {
    this.ended = true;
    this.over = true;
  }

  free(): void {
    this.#outbox?.free();
    this.#constants.free();
  }

  #sendAll(memory: NativeMemory, start: number, end: number): void {
    let from = start;
    while (from < end && !this.over) {
      const sent = send(this.#fd, memory, from, end - from);
      if (sent >= 0) from += sent;
      // EAGAIN: the peer has read nothing for the time of SO_SNDTIMEO.
      else if (sent === -EAGAIN || !passes(sent, 'send')) this.over = true;
    }
  }
}

/**
 * Serves one conversation on a blocking socket. Returns when the peer has sent FIN and everything is answered, when the
 * app has ended it and the peer has had time to read the rest, or when the connection broke. Does not close the socket.
 * @param room connects the client with other clients, for apps that need a room.
 */
export function serveStream(fd: number, app: StreamApp, room?: DescriptorRoom): void {
  const inbox = new NativeMemory(BUFFER_SIZE);
  const reply = new BlockingStreamReply(fd, inbox, room);
  room?.enter(fd);
  try {
    talk(fd, app, inbox, reply);
    // Leave before the descriptor can belong to another client.
    room?.leave(fd);
    if (reply.ended) linger(fd, inbox);
  } finally {
    room?.leave(fd);
    reply.free();
    inbox.free();
  }
}

function talk(fd: number, app: StreamApp, inbox: NativeMemory, reply: BlockingStreamReply): void {
  const session = app.stream();
  // A session that produces blocks in send and only polls for input.
  const flags = session.produce === undefined ? 0 : MSG_DONTWAIT;
  const looks = new CheckTimes(app.checkEveryMs);
  const peerTimer = boundWaiting(fd, app, session);
  session.open?.(reply);
  while (!reply.over) {
    const received = recv(fd, inbox, 0, BUFFER_SIZE, flags);
    if (received > 0) {
      session.receive(inbox.bytes, 0, received, reply);
    } else if (received === 0) {
      session.finish?.(reply);
      break;
    } else if (!passes(received, 'recv')) {
      break;
    }
    if (flags !== 0 && !reply.over) session.produce?.(reply);
    const nowMs = looks.due();
    if (nowMs >= 0 && !reply.over && peerTimer?.isOver(nowMs, session as Awaiting)) session.expire?.(reply);
  }
}

/** Reports whether the conversation survives a failed call. After a shortage it pauses first. */
function passes(result: number, call: 'recv' | 'send'): boolean {
  const retry = streamRetry(result, call);
  if (retry === 'later') pause(SHORTAGE_NANOS);
  return retry !== 'never';
}

/**
 * Sets time limits on the socket of an app that bounds client times. recv then returns for each time-out check, and
 * send returns when an idle client that does not read has used up its time.
 */
function boundWaiting(
  fd: number,
  { checkEveryMs }: StreamApp,
  { timeLimitMs = 0 }: StreamSession,
): PeerTimer | undefined {
  if (checkEveryMs === undefined) return undefined;
  setReceiveTimeout(fd, checkEveryMs);
  setSendTimeout(fd, timeLimitMs);
  return new PeerTimer(checkEveryMs);
}

/** Sends FIN, then blocks until the peer's FIN, {@link LINGER_MS} have passed, or the connection broke. */
function linger(fd: number, inbox: NativeMemory): void {
  shutdown(fd, SHUT_WR);
  const deadline = performance.now() + LINGER_MS;
  for (let left = LINGER_MS; left > 0; left = deadline - performance.now()) {
    setReceiveTimeout(fd, Math.ceil(left));
    const received = recv(fd, inbox, 0, BUFFER_SIZE);
    if (received <= 0 && received !== -EINTR) return;
  }
}
