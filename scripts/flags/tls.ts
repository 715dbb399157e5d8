import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { type TlsOptions, tlsOptions } from '../../bench/model/tls-options.ts';
import { tlsRecord } from '../../bench/model/tls-record.ts';
import { parseNames } from '../../bench/model/units.ts';
import type { TransportName } from '../../servers/transport.ts';
import { parsed, text, toggle } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { textForm, textsForm } from '../cli/option-form.ts';

/** Heading of `--help` for how clients use TLS. */
const TLS = 'TLS:';

/** Longest name of an application protocol, in bytes: RFC 7301 §3.1. */
const LONGEST_PROTOCOL = 255;

/** Flags for how clients use TLS. */
export const tlsFlags = {
  alpn: parsed(parseProtocols, { form: textsForm })
    .optional()
    .meta({ group: TLS, description: 'Application protocols to offer, the preferred one first: h2,http/1.1' }),
  servername: parsed(parseServername, { once: true, form: textForm })
    .optional()
    .meta({ group: TLS, description: "Name to send to the server (SNI) [default: the target's]" }),
  ca: text().optional().meta({
    group: TLS,
    description: "File of trusted certificates (PEM): verify the server's [default: any certificate is accepted]",
  }),
  cert: text()
    .optional()
    .meta({ group: TLS, description: 'File with the certificate of the clients (PEM), and its chain' }),
  key: text().optional().meta({ group: TLS, description: 'File with the private key of --cert (PEM)' }),
  'tls-resume': toggle().meta({
    group: TLS,
    description: 'Resume the TLS session of the connection before [default: each handshake is a full one]',
  }),
};

type TlsFlags = Flags<Values<typeof tlsFlags>>;

const flagNames = Object.keys(tlsFlags) as (keyof typeof tlsFlags)[];

/**
 * Reads how clients use TLS, and the files that the flags name. Faults are recorded.
 * @param usesTls whether the transport is TLS; otherwise, each of the flags is a fault.
 */
export function readTls(flags: TlsFlags, usesTls: boolean): TlsOptions {
  const { alpn = [], servername = null, 'tls-resume': resume } = flags.values;
  if (!usesTls) refuseAll(flags);
  return tlsOptions({ alpn, servername, ca: readAuthorities(flags), identity: readIdentity(flags), resume });
}

/** Reads how clients use TLS: for results, and for the load, which needs what results do not contain. */
export function readTlsUse(
  flags: TlsFlags,
  transports: readonly TransportName[],
): Pick<RunConfiguration, 'tls' | 'tlsOptions'> {
  const usesTls = transports.includes('tls');
  const applies = flagNames.some((name) => (usesTls ? flags.isGiven(name) : flags.isChosen(name)));
  if (!applies) return { tls: null };
  const options = readTls(flags, usesTls);
  return { tls: tlsRecord(options), tlsOptions: options };
}

function refuseAll(flags: TlsFlags): void {
  for (const name of flagNames) {
    if (flags.isChosen(name)) {
      flags.refuse(
        `--${name}: the transport is not TLS: use --transport tls or a target such as https://…, or leave it out`,
      );
    }
  }
}

function readAuthorities(flags: TlsFlags): string | null {
  const { ca } = flags.values;
  if (ca === undefined) return null;
  const pem = readPem(flags, 'ca', ca);
  if (pem !== undefined) certificateIn(flags, 'ca', ca, pem);
  return pem ?? null;
}

/** Reads --cert and --key, and checks that they belong together. */
function readIdentity(flags: TlsFlags): TlsOptions['identity'] {
  const { cert: certFile, key: keyFile } = flags.values;
  if (certFile === undefined && keyFile === undefined) return null;
  if (keyFile === undefined) flags.refuse('--cert: needs the private key, too: add --key FILE');
  if (certFile === undefined) flags.refuse('--key: needs the certificate, too: add --cert FILE');
  if (certFile === undefined || keyFile === undefined) return null;
  const cert = readPem(flags, 'cert', certFile);
  const key = readPem(flags, 'key', keyFile);
  if (cert === undefined || key === undefined) return null;
  const certificate = certificateIn(flags, 'cert', certFile, cert);
  const privateKey = keyIn(flags, keyFile, key);
  if (certificate !== undefined && privateKey !== undefined && !certificate.checkPrivateKey(privateKey)) {
    flags.refuse(`--key: ${keyFile} is not the key of the certificate in ${certFile}`);
  }
  return { cert, key };
}

function readPem(flags: TlsFlags, name: string, file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    flags.refuse(`--${name}: ${file} can't be read: ${(error as NodeJS.ErrnoException).code}`);
    return undefined;
  }
}

/** Parses the first certificate of a file. Records a fault when there is none. */
function certificateIn(flags: TlsFlags, name: string, file: string, pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    flags.refuse(`--${name}: ${file} does not contain a certificate in PEM`);
    return undefined;
  }
}

function keyIn(flags: TlsFlags, file: string, pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    flags.refuse(
      `--key: ${file} does not contain a private key in PEM without a passphrase; ` +
        `'openssl pkey -in ${file}' removes a passphrase`,
    );
    return undefined;
  }
}

/** Parses names of application protocols. @throws {RangeError} when one is empty or too long. */
function parseProtocols(written: string): string[] {
  const names = parseNames(written);
  const long = names.find((name) => Buffer.byteLength(name) > LONGEST_PROTOCOL);
  if (long !== undefined) throw new RangeError(`'${long}' is longer than ${LONGEST_PROTOCOL} bytes`);
  return names;
}

/** Parses a name for SNI. @throws {RangeError} for an IP address, which is none (RFC 6066 §3). */
function parseServername(written: string): string {
  if (isIP(written) !== 0) throw new RangeError(`'${written}' is an IP address, and servers are chosen by names`);
  return written;
}
