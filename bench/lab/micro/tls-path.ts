import { makeCertificate } from '../../../servers/node/certificate.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { TlsContext } from '../../../sockets/tls/context.ts';
import { whyNoOpenSsl } from '../../../sockets/tls/openssl.ts';
import { makeTlsChannel } from '../../load/channels/make-channel.ts';
import { TlsChannel } from '../../load/channels/tls.ts';
import { tlsOptions } from '../../model/tls-options.ts';
import type { HotPath } from './hot-path.ts';

const MESSAGE_BYTES = 64;
const scope = { connections: 1, longestWire: 65_536, longestPlain: MESSAGE_BYTES };

/** Passes the bytes of the handshake between both sides, until neither has more to send. */
function shakeHands(client: TlsChannel, server: TlsChannel): void {
  server.begin(0);
  client.begin(0);
  let [from, to] = [client, server];
  for (let length = from.pending(0); length > 0; length = from.pending(0)) {
    to.open(0, from.outbox, from.outAt, from.outAt + length);
    [from, to] = [to, from];
  }
}

/**
 * What TLS adds to a request and its reply. One side of the connection encrypts, and the other one decrypts: over a
 * request and its reply, each side does both.
 */
export const tlsPath: HotPath = {
  name: 'tls-64',
  summary: `encrypts ${MESSAGE_BYTES} bytes, and decrypts as many, in TLS`,
  whyNot: () => whyNoOpenSsl(),
  prepare() {
    const client = makeTlsChannel(tlsOptions(), ['localhost'], scope);
    const server = new TlsChannel(
      [{ context: new TlsContext({ role: 'server', identity: makeCertificate() }) }],
      scope,
    );
    const plain = new NativeMemory(MESSAGE_BYTES);
    shakeHands(client, server);
    return {
      repeat(times) {
        let read = 0;
        for (let i = 0; i < times; i++) {
          const length = client.seal(0, plain, 0, MESSAGE_BYTES);
          read += server.open(0, client.outbox, client.outAt, client.outAt + length);
        }
        return read;
      },
      release() {
        client.free();
        server.free();
        plain.free();
      },
    };
  },
};
