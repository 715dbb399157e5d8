import type { Socket } from 'node:net';

/**
 * Servers of uploads and downloads that pause after each part. A load against them may last for a second, in which it
 * gets a CPU even on a busy machine, and leaves that idle most of the time.
 */
const PAUSE_MS = 5;
const LETTERS = Buffer.alloc(65_536, 'x');

/** Reads what a client sends. @param received is called with each part. */
export function readSlowly(socket: Socket, received: (bytes: Buffer) => void = () => undefined): void {
  socket.on('data', (bytes) => {
    received(bytes);
    socket.pause();
    setTimeout(() => socket.resume(), PAUSE_MS);
  });
}

/** Sends to a client as long as it reads. @param sent is called with the number of bytes of each part. */
export function sendSlowly(socket: Socket, sent: (bytes: number) => void = () => undefined): void {
  if (socket.destroyed) return;
  if (!socket.writableNeedDrain) {
    socket.write(LETTERS);
    sent(LETTERS.length);
  }
  setTimeout(() => sendSlowly(socket, sent), PAUSE_MS);
}
