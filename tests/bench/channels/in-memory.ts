import { onTestFinished } from 'vitest';
import { makeTlsChannel } from '../../../bench/load/channels/make-channel.ts';
import { type ChannelScope, TlsChannel } from '../../../bench/load/channels/tls.ts';
import { type TlsOptions, tlsOptions } from '../../../bench/model/tls-options.ts';
import { makeCertificate } from '../../../servers/node/certificate.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { TlsContext, type TlsContextOptions } from '../../../sockets/tls/context.ts';
import { whyMissing } from '../../requirements.ts';

/** Why TLS by OpenSSL can't be tested here; undefined when it can. */
export const noOpenSsl = whyMissing('libssl');

/** The identity of every server in these tests, for localhost and its addresses. */
export const identity = makeCertificate();

const scope: ChannelScope = { connections: 4, longestWire: 2 << 20, longestPlain: 1 << 20 };

/** Makes a client's channels, which end with the test. */
export function clientOf(options: Partial<TlsOptions> = {}, host = 'localhost'): TlsChannel {
  const client = makeTlsChannel(tlsOptions(options), [host], scope);
  onTestFinished(() => client.free());
  return client;
}

/** Makes a server's channels, which end with the test. */
export function serverOf(options: TlsContextOptions = {}): TlsChannel {
  const server = new TlsChannel([{ context: new TlsContext({ role: 'server', identity, ...options }) }], scope);
  onTestFinished(() => server.free());
  return server;
}

/** What a channel made of wire bytes. */
interface Delivered {
  readonly plain: Buffer;
  /** Wire bytes that are to be sent in return. */
  readonly answer: Buffer;
}

/** Passes wire bytes to a channel, in pieces of at most `step` bytes. */
export function deliver(to: TlsChannel, wire: Uint8Array, { c = 0, step = wire.length } = {}): Delivered {
  const memory = new NativeMemory(wire.length);
  memory.bytes.set(wire);
  const plain: Buffer[] = [];
  const answers: Buffer[] = [];
  try {
    for (let at = 0; at < wire.length; at += step) {
      const length = to.open(c, memory, at, Math.min(wire.length, at + step));
      plain.push(Buffer.from(to.inbox.bytes.subarray(0, length)));
      answers.push(pendingOf(to, c));
    }
  } finally {
    memory.free();
  }
  return { plain: Buffer.concat(plain), answer: Buffer.concat(answers) };
}

/** Returns the wire bytes that a channel has to send after `begin` or `open`. */
export function pendingOf(channel: TlsChannel, c = 0): Buffer {
  return outboxOf(channel, channel.pending(c));
}

/** Returns the wire bytes of plain bytes. */
export function sealed(channel: TlsChannel, plain: Uint8Array, c = 0): Buffer {
  const memory = new NativeMemory(plain.length);
  memory.bytes.set(plain);
  try {
    return outboxOf(channel, channel.seal(c, memory, 0, plain.length));
  } finally {
    memory.free();
  }
}

/** Returns the wire bytes of the orderly end. */
export function closing(channel: TlsChannel, c = 0): Buffer {
  return outboxOf(channel, channel.close(c));
}

/** @param length of the call before, which sets `outAt`. */
function outboxOf(channel: TlsChannel, length: number): Buffer {
  const { outbox, outAt } = channel;
  return Buffer.from(outbox.bytes.subarray(outAt, outAt + length));
}

/** Opens connection `c` of both, and passes bytes until neither has more to send. */
export function shakeHands(client: TlsChannel, server: TlsChannel, { c = 0, step = 2 << 20 } = {}): void {
  server.begin(c);
  client.begin(c);
  let wire = pendingOf(client, c);
  for (let to = server; wire.length > 0; to = to === server ? client : server) {
    wire = deliver(to, wire, { c, step }).answer;
  }
}
