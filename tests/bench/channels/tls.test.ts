import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { CLOSED, ESTABLISHED, FAILED, HANDSHAKING, UNUSED } from '../../../bench/load/channels/channel.ts';
import type { TlsChannel } from '../../../bench/load/channels/tls.ts';
import { makeCertificate } from '../../../servers/node/certificate.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { patternBytes } from '../../conformance/bytes.ts';
import {
  clientOf,
  closing,
  deliver,
  identity,
  noOpenSsl,
  pendingOf,
  sealed,
  serverOf,
  shakeHands,
} from './in-memory.ts';

/** Expects that a text gets from the client to the server and back. */
function expectEcho(client: TlsChannel, server: TlsChannel, c = 0): void {
  const message = Buffer.from('echoed');
  const arrived = deliver(server, sealed(client, message, c), { c }).plain;
  const returned = deliver(client, sealed(server, message, c), { c }).plain;
  expect(`${arrived} ${returned}`).toBe('echoed echoed');
}

describe.skipIf(noOpenSsl)('a TLS channel', () => {
  let client: TlsChannel;
  let server: TlsChannel;

  beforeEach(() => {
    client = clientOf();
    server = serverOf();
    shakeHands(client, server);
  });

  test('is established by the handshake, with the newest version', () => {
    expect([client.state(0), server.state(0)]).toEqual([ESTABLISHED, ESTABLISHED]);
    expect(client.negotiated(0)).toMatchObject({ version: 'TLSv1.3', alpn: '', resumed: false });
    expect(client.negotiated(0)?.cipher).toMatch(/^TLS_/);
    expect(client.negotiated(1)).toBeUndefined();
    expectEcho(client, server);
  });

  test('is established and carries bytes when they come one by one', () => {
    shakeHands(client, server, { c: 1, step: 1 });
    expect([client.state(1), server.state(1)]).toEqual([ESTABLISHED, ESTABLISHED]);
    const message = patternBytes(1, 0, 100);
    expect(deliver(server, sealed(client, message, 1), { c: 1, step: 1 }).plain).toEqual(message);
    expect(deliver(client, sealed(server, message, 1), { c: 1, step: 1 }).plain).toEqual(message);
  });

  test('carries messages that are cut at any byte', () => {
    const message = Buffer.concat([patternBytes(1, 0, 50), patternBytes(2, 0, 50)]);
    const length = sealed(server, message).length;
    shakeHands(client, server);
    for (let cut = 1; cut < length; cut++) {
      const wire = sealed(server, message);
      const parts = [wire.subarray(0, cut), wire.subarray(cut)].map((part) => deliver(client, part).plain);
      expect(parts.map((part) => part.length)).toEqual([0, message.length]);
      expect(parts[1]?.equals(message)).toBe(true);
    }
  });

  test.each([1, 16_384, 16_385, 1 << 20])('carries %d bytes, at once and in pieces, both ways', (size) => {
    const message = patternBytes(3, 0, size);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      expect(deliver(to, sealed(from, message)).plain.equals(message)).toBe(true);
      expect(deliver(to, sealed(from, message), { step: 65_536 }).plain.equals(message)).toBe(true);
      expect(deliver(to, sealed(from, message), { step: 1000 }).plain.equals(message)).toBe(true);
    }
  });

  test('carries several records in one piece, and the beginning of the next', () => {
    const wires = [1, 2, 3, 4].map((seed) => sealed(server, patternBytes(seed, 0, 60)));
    const all = Buffer.concat(wires);
    const { plain } = deliver(client, all.subarray(0, all.length - 10));
    expect(plain).toEqual(Buffer.concat([1, 2, 3].map((seed) => patternBytes(seed, 0, 60))));
    expect(deliver(client, all.subarray(all.length - 10)).plain).toEqual(patternBytes(4, 0, 60));
  });

  test('ends in an orderly way with close_notify', () => {
    const last = Buffer.concat([sealed(server, Buffer.from('last')), closing(server)]);
    expect(deliver(client, last).plain.toString()).toBe('last');
    expect(client.state(0)).toBe(CLOSED);
    client.finish(0);
    expect(client.state(0)).toBe(CLOSED);
    deliver(server, closing(client));
    expect(server.state(0)).toBe(CLOSED);
  });

  test('ignores bytes after close_notify, also for connections that are opened later', () => {
    const late = sealed(server, Buffer.from('late'));
    expect(deliver(client, Buffer.concat([closing(server), late])).plain).toHaveLength(0);
    expect(deliver(client, late).plain).toHaveLength(0);
    shakeHands(client, server, { c: 1 });
    expectEcho(client, server, 1);
  });

  test('reports a FIN without close_notify', () => {
    client.finish(0);
    expect(client.state(0)).toBe(FAILED);
    expect([client.fault, client.faultText]).toEqual(['truncated', 'the connection ended without close_notify']);
    client.begin(1);
    pendingOf(client, 1);
    client.finish(1);
    expect(client.faultText).toBe('the connection ended within the handshake');
  });

  test('refuses a damaged byte, wherever it is, and delivers none of the record', () => {
    const { length } = sealed(server, Buffer.from('damaged'));
    for (let at = 0; at < length; at++) {
      shakeHands(client, server);
      const wire = sealed(server, Buffer.from('damaged'));
      wire[at] = (wire[at] as number) ^ 1;
      expect(deliver(client, wire).plain).toHaveLength(0);
      // With a greater length in its header, the record is not complete yet.
      if (client.state(0) === ESTABLISHED) client.finish(0);
      expect(client.state(0)).toBe(FAILED);
      expect(['violation', 'truncated']).toContain(client.fault);
    }
  });

  test('refuses bytes that are not TLS, while other connections continue', () => {
    client.begin(1);
    pendingOf(client, 1);
    deliver(client, Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), { c: 1 });
    expect(client.state(1)).toBe(FAILED);
    expect([client.fault, client.faultText]).toEqual(['violation', expect.stringContaining('wrong version number')]);
    expect(sealed(client, Buffer.from('x'), 1)).toHaveLength(0);
    expectEcho(client, server);
  });

  test('reports the alert of a server, after the plain bytes before it', () => {
    const wire = sealed(client, Buffer.from('x'));
    wire[wire.length - 1] = (wire.at(-1) as number) ^ 1;
    const before = sealed(server, Buffer.from('before'));
    const { answer } = deliver(server, wire);
    expect(deliver(client, Buffer.concat([before, answer])).plain.toString()).toBe('before');
    expect(client.state(0)).toBe(FAILED);
    expect([client.fault, client.faultText]).toEqual(['alert', 'the server sent the alert 20, bad record mac']);
  });

  test('requires that pending bytes are taken', () => {
    client.begin(1);
    expect(() => client.begin(2)).toThrow('of connection 1 were not taken: call pending() first');
    expect(() => sealed(client, Buffer.from('x'))).toThrow('call pending() first');
    expect(client.pending(0)).toBe(0);
    expect(client.pending(1)).toBeGreaterThan(100);
    expect(client.pending(1)).toBe(0);
    expectEcho(client, server);
  });

  test('ends with its pending bytes', () => {
    client.begin(1);
    client.end(1);
    expect([client.pending(1), client.state(1)]).toEqual([0, UNUSED]);
    expectEcho(client, server);
  });

  test('does nothing for connections that were not begun', () => {
    const memory = new NativeMemory(8);
    expect([client.open(1, memory, 0, 8), client.seal(1, memory, 0, 8), client.close(1)]).toEqual([0, 0, 0]);
    client.finish(1);
    client.end(1);
    memory.free();
    expect(client.state(1)).toBe(UNUSED);
  });

  test('does not take more bytes at once than it was made for', () => {
    const memory = new NativeMemory(3 << 20);
    expect(() => client.open(0, memory, 0, memory.size)).toThrow(RangeError);
    memory.free();
  });
});

describe.skipIf(noOpenSsl)('bytes at random', () => {
  const known = [HANDSHAKING, ESTABLISHED, CLOSED, FAILED];

  test('after the handshake never become plain bytes', () => {
    const [client, server] = [clientOf(), serverOf()];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.integer({ min: 1, max: 400 }), (bytes, step) => {
        shakeHands(client, server);
        expect(deliver(client, bytes, { step }).plain).toHaveLength(0);
        expect(known).toContain(client.state(0));
      }),
      { numRuns: 50 },
    );
  });

  test('within the handshake end it at worst, and other connections continue', () => {
    const [client, server] = [clientOf({ ca: identity.cert }), serverOf()];
    shakeHands(client, server, { c: 1 });
    for (let damaged = 0, length = 1; damaged < length; damaged += 7) {
      server.begin(0);
      client.begin(0);
      const { answer } = deliver(server, pendingOf(client));
      length = answer.length;
      answer[damaged] = (answer[damaged] as number) ^ 0x55;
      expect(deliver(client, answer).plain).toHaveLength(0);
      expect(known).toContain(client.state(0));
    }
    expectEcho(client, server, 1);
  });
});

describe.skipIf(noOpenSsl)('the certificate of a server', () => {
  test('is taken as it is without authorities', () => {
    const [client, server] = [clientOf({}, 'other.example'), serverOf()];
    shakeHands(client, server);
    expect(client.state(0)).toBe(ESTABLISHED);
  });

  test.each(['localhost', '127.0.0.1', '::1'])('is verified for %s', (host) => {
    const [client, server] = [clientOf({ ca: identity.cert }, host), serverOf()];
    shakeHands(client, server);
    expect(client.state(0)).toBe(ESTABLISHED);
    expectEcho(client, server);
  });

  test.each([
    ['another name', { ca: identity.cert }, 'other.example', /hostname mismatch/i],
    ['another name by --servername', { ca: identity.cert, servername: 'other.example' }, 'localhost', /hostname mism/i],
    ['another address', { ca: identity.cert }, '127.0.0.2', /IP address mismatch/i],
    ['another authority', { ca: makeCertificate().cert }, 'localhost', /self-signed certificate/i],
  ])('is refused for %s, and the server learns it', (_, options, host, reason) => {
    const [client, server] = [clientOf(options, host), serverOf()];
    shakeHands(client, server);
    expect([client.state(0), client.fault]).toEqual([FAILED, 'certificate']);
    expect(client.faultText).toMatch(reason);
    expect([server.state(0), server.fault]).toEqual([FAILED, 'alert']);
  });

  test('authorities, certificates and keys must be PEM and belong together', () => {
    const other = makeCertificate();
    expect(() => clientOf({ ca: 'none' })).toThrow('the file of authorities is not PEM, or is damaged: no start line');
    expect(() => clientOf({ ca: identity.cert.replace(/\n.{60}/, '\nAAAA') })).toThrow(
      'the file of authorities is not PEM',
    );
    expect(() => clientOf({ identity: { cert: identity.cert, key: 'none' } })).toThrow('the private key is not PEM');
    expect(() => clientOf({ identity: { cert: other.cert, key: identity.key } })).toThrow(/key values mismatch/);
    expect(() => clientOf({ alpn: [''] })).toThrow("'' is not a protocol for ALPN");
  });
});

describe.skipIf(noOpenSsl)('a session', () => {
  test.each([true, false])('of the connection before is resumed on request: %s', (resume) => {
    const [client, server] = [clientOf({ resume }), serverOf()];
    for (const resumed of [false, resume, resume]) {
      shakeHands(client, server);
      expect(client.negotiated(0)?.resumed).toBe(resumed);
      expect(server.negotiated(0)?.resumed).toBe(resumed);
      expectEcho(client, server);
      client.end(0);
    }
  });

  test('is not resumed after a failure', () => {
    const [client, server] = [clientOf({ resume: true }), serverOf()];
    shakeHands(client, server);
    client.finish(0);
    shakeHands(client, server);
    expect(client.negotiated(0)?.resumed).toBe(false);
  });

  test('belongs to its own connection', () => {
    const [client, server] = [clientOf({ resume: true }), serverOf()];
    shakeHands(client, server);
    shakeHands(client, server, { c: 1 });
    expect(client.negotiated(1)?.resumed).toBe(false);
  });
});

test.skipIf(noOpenSsl)('a thousand connections that are opened and ended leave no memory behind', () => {
  const [client, server] = [clientOf({ resume: true }), serverOf()];
  const openAll = (connections: number) => {
    for (let i = 0; i < connections; i++) {
      shakeHands(client, server, { c: i & 3 });
      expectEcho(client, server, i & 3);
      client.end(i & 3);
    }
    return process.memoryUsage().rss;
  };
  const before = openAll(250);
  // Each connection has up to 34 KiB of buffers on either side.
  expect(openAll(1000) - before).toBeLessThan(32 << 20);
});
