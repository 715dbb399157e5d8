import { describe, expect, onTestFinished, test } from 'vitest';
import { TlsContext } from '../../../sockets/tls/context.ts';
import { describeFailure } from '../../../sockets/tls/failure.ts';
import { openssl, whyNoOpenSsl } from '../../../sockets/tls/openssl.ts';
import { whyMissing } from '../../requirements.ts';

const LIBRARY_SSL = 20;
const codeOf = (library: number, reason: number) => library * 2 ** 23 + reason;

describe.skipIf(whyMissing('libssl'))('OpenSSL', () => {
  test('is the one inside Node', () => {
    expect(openssl().OpenSSL_version(0)).toContain(`OpenSSL ${process.versions.openssl.replace(/\+.*/, '')}`);
  });

  test('without any, the reason names what to install', () => {
    expect(whyNoOpenSsl(['libabsent.so.1'])).toMatch(/^TLS needs OpenSSL 3: .*Debian: libssl3/);
  });

  test.each([
    [codeOf(LIBRARY_SSL, 1048), 0, { kind: 'alert', text: 'the server sent the alert 48, unknown CA' }],
    [
      codeOf(LIBRARY_SSL, 1116),
      0,
      { kind: 'alert', text: expect.stringMatching(/^the server sent the alert 116, \S/) },
    ],
    [
      codeOf(LIBRARY_SSL, 134),
      10,
      { kind: 'certificate', text: expect.stringMatching(/certificate has expired \(10\)$/) },
    ],
    [codeOf(LIBRARY_SSL, 267), 0, { kind: 'violation', text: "the server's bytes violate TLS: wrong version number" }],
    [codeOf(LIBRARY_SSL, 8_000_000), 0, { kind: 'violation', text: expect.stringMatching(/: error \d+$/) }],
    [0, 0, { kind: 'violation', text: 'OpenSSL failed without a reason' }],
  ])('the failure %d is described', (code, verifyResult, failure) => {
    // OpenSSL loads its texts with the first context. Failures are those of connections, so there is one.
    const context = new TlsContext({});
    onTestFinished(() => context.free());
    expect(describeFailure(code, verifyResult)).toEqual(failure);
  });
});
