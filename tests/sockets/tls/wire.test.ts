import { describe, expect, onTestFinished, test } from 'vitest';
import { openssl } from '../../../sockets/tls/openssl.ts';
import { TlsWire } from '../../../sockets/tls/wire.ts';
import { whyMissing } from '../../requirements.ts';
import { memory } from '../open.ts';

describe.skipIf(whyMissing('libssl'))('the memory of TLS connections', () => {
  function made(longest: number): TlsWire {
    const wire = new TlsWire(longest);
    onTestFinished(() => wire.free());
    return wire;
  }

  test('is read where bytes were received, until none are left', () => {
    const [wire, received, read] = [made(1024), memory(16), memory(16)];
    received.bytes.set([1, 2, 3, 4, 5], 3);
    wire.feed(received, 4, 4);
    expect(openssl().BIO_read(wire.incoming, read.address, 3)).toBe(3);
    expect([...read.bytes.subarray(0, 3), wire.left]).toEqual([2, 3, 4, 1]);
    wire.discard();
    expect([wire.left, openssl().BIO_read(wire.incoming, read.address, 3)]).toEqual([0, -1]);
    expect(() => wire.feed(received, 10, 7)).toThrow(
      'BIO_read: 7 bytes at offset 10 are not within the memory of 16 bytes',
    );
  });

  test('is written one after the other, lap by lap, without moving', () => {
    const [wire, written] = [made(1000), memory(1000)];
    let laps = 0;
    for (let i = 0, before = 0; i < 200; i++) {
      written.bytes.fill(i);
      const begin = wire.begin();
      if (begin < before) laps++;
      expect(begin).toBe(begin < before ? 0 : before);
      expect(openssl().BIO_write(wire.outgoing, written.address, 1000)).toBe(1000);
      before = wire.written;
      expect(before).toBe(begin + 1000);
      expect(wire.outbox.bytes.subarray(begin, before).every((byte) => byte === i)).toBe(true);
    }
    expect(laps).toBe(6);
  });
});
