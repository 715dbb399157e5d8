import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type TlsOptions, tlsOptions } from '../../bench/model/tls-options.ts';
import { tlsRecord, tlsRecordSchema } from '../../bench/model/tls-record.ts';
import { readFlags } from '../../scripts/cli/flags.ts';
import { readTls, tlsFlags } from '../../scripts/flags/tls.ts';
import { makeCertificate } from '../../servers/node/certificate.ts';

const directory = mkdtempSync(join(tmpdir(), 'sockbench-tls-'));
const file = (name: string) => join(directory, name);
const [own, other] = [makeCertificate(), makeCertificate()];

beforeAll(() => {
  const passphrase = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
  const locked = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(passphrase);
  const files = { 'cert.pem': own.cert, 'key.pem': own.key, 'other.pem': other.key, 'locked.pem': locked };
  for (const [name, content] of Object.entries(files)) writeFileSync(file(name), content);
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Reads flags. @returns the options and the faults. */
function read(given: Record<string, unknown>, usesTls = true): { options: TlsOptions; faults: readonly string[] } {
  const flags = readFlags(z.strictObject(tlsFlags), { _: [], ...given });
  const options = readTls(flags, usesTls);
  let faults: readonly string[] = [];
  try {
    flags.assertNoFaults();
  } catch (error) {
    faults = (error as { faults: readonly string[] }).faults;
  }
  return { options, faults };
}

describe('flags of TLS', () => {
  test('without any, each handshake is a full one, and any certificate is accepted', () => {
    expect(read({})).toEqual({ options: tlsOptions(), faults: [] });
    expect(read({}, false)).toEqual({ options: tlsOptions(), faults: [] });
  });

  test('files are read, so that threads need none', () => {
    const given = { ca: file('cert.pem'), cert: file('cert.pem'), key: file('key.pem') };
    expect(read(given)).toEqual({ options: tlsOptions({ ca: own.cert, identity: own }), faults: [] });
  });

  test('protocols keep their order', () => {
    const { options, faults } = read({ alpn: 'h2,http/1.1', servername: 'a.example', 'tls-resume': true });
    expect(faults).toEqual([]);
    expect(options).toEqual(tlsOptions({ alpn: ['h2', 'http/1.1'], servername: 'a.example', resume: true }));
  });

  test('without TLS, each of them is a fault', () => {
    const { faults } = read({ alpn: 'h2', 'tls-resume': true }, false);
    expect(faults).toEqual([
      '--alpn: the transport is not TLS: use --transport tls or a target such as https://…, or leave it out',
      '--tls-resume: the transport is not TLS: use --transport tls or a target such as https://…, or leave it out',
    ]);
  });

  test.each([
    ['a file that does not exist', { ca: file('none.pem') }, `--ca: ${file('none.pem')} can't be read: ENOENT`],
    ['no certificate', { ca: file('key.pem') }, `--ca: ${file('key.pem')} does not contain a certificate in PEM`],
    ['a certificate alone', { cert: file('cert.pem') }, '--cert: needs the private key, too: add --key FILE'],
    ['a key alone', { key: file('key.pem') }, '--key: needs the certificate, too: add --cert FILE'],
    [
      'the key of another certificate',
      { cert: file('cert.pem'), key: file('other.pem') },
      `--key: ${file('other.pem')} is not the key of the certificate in ${file('cert.pem')}`,
    ],
    [
      'a key with a passphrase',
      { cert: file('cert.pem'), key: file('locked.pem') },
      `--key: ${file('locked.pem')} does not contain a private key in PEM without a passphrase; ` +
        `'openssl pkey -in ${file('locked.pem')}' removes a passphrase`,
    ],
    [
      'an address as the name',
      { servername: '127.0.0.1' },
      "--servername: '127.0.0.1' is an IP address, and servers are chosen by names",
    ],
    ['an empty protocol', { alpn: 'h2,' }, "--alpn: 'h2,' has an empty place between its commas"],
  ])('refuse %s', (_, given, fault) => {
    expect(read(given).faults).toEqual([fault]);
  });
});

test('results store neither certificates nor keys', () => {
  const record = tlsRecord(tlsOptions({ alpn: ['h2'], ca: own.cert, identity: own, servername: 'a.example' }));
  expect(record).toEqual({
    ...{ alpn: ['h2'], servername: 'a.example' },
    ...{ verified: true, clientCertificate: true, resume: false },
  });
  expect(tlsRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  expect(JSON.stringify(record)).not.toContain('BEGIN');
});
