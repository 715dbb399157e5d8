import { expect } from 'vitest';
import type { ClientProtocol } from '../../../bench/load/protocols/protocol.ts';
import { acceptOf } from '../../../bench/load/protocols/websocket/handshake.ts';
import { greetingOf, latin } from './talk.ts';

// What a WebSocket server sends and reads.

export const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Returns the valid answer to an upgrade request. @param extensions the agreed ones. */
export function upgraded(protocol: ClientProtocol, c = 0, extensions?: string): string {
  const [, key = ''] = /^Sec-WebSocket-Key: (.*)\r$/m.exec(textOf(greetingOf(protocol, c))) ?? [];
  const lines = ['HTTP/1.1 101 Switching', 'Upgrade: WebSocket', 'Connection: keep-alive, upgrade'];
  lines.push(`Sec-WebSocket-Accept: ${acceptOf(key)}`);
  if (extensions !== undefined) lines.push(`Sec-WebSocket-Extensions: ${extensions}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Returns a frame as a server sends it. @param first opcode, FIN and reserved bits. */
export function frame(first: number, payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? latin(payload) : payload;
  const { length } = bytes;
  if (length < 126) return Buffer.concat([Uint8Array.of(first, length), bytes]);
  const head = length < 65_536 ? [first, 126] : [first, 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255];
  return Buffer.concat([Uint8Array.of(...head, (length >> 8) & 255, length & 255), bytes]);
}

/** Reads a frame as a server does. */
export function unmasked(bytes: Uint8Array): { readonly first: number; readonly payload: Uint8Array } {
  const [first = 0, second = 0] = bytes;
  expect(second & 0x80).toBe(0x80);
  const form = second & 0x7f;
  const head = form < 126 ? 2 : form === 126 ? 4 : 10;
  const length = form < 126 ? form : bytes.subarray(2, head).reduce((sum, byte) => sum * 256 + byte, 0);
  const mask = bytes.subarray(head, head + 4);
  const payload = bytes.slice(head + 4).map((byte, i) => byte ^ (mask[i & 3] as number));
  if (payload.length !== length) throw new Error(`${payload.length} bytes of payload, and not ${length}`);
  return { first, payload };
}
