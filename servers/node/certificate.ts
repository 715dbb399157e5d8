import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A server's identity for TLS, both parts as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Subject of the certificate: this machine. */
const NAME = 'localhost';
const ADDRESSES = [Buffer.of(127, 0, 0, 1), Buffer.from('00000000000000000000000000000001', 'hex')];

/** Validity, which begins one day before the certificate is made, because clocks differ. */
const DAY_MS = 86_400_000;
const VALID_DAYS = 30;

// Tags of ASN.1's distinguished encoding rules: ITU-T X.690, section 8.
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
/** Context-specific, constructed; combined with the number that the structure assigns. */
const EXPLICIT = 0xa0;
/** Context-specific choices of a GeneralName: RFC 5280, section 4.2.1.6. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

// Object identifiers, encoded: RFC 5758 section 3.2, RFC 5280 appendix A.
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OBJECT_IDENTIFIER, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = Buffer.from('550403', 'hex');
const SUBJECT_ALTERNATIVE_NAME = Buffer.from('551d11', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('551d13', 'hex');

/**
 * Makes a key (ECDSA, P-256, the most common type on the web) and a self-signed certificate for this machine. X.509
 * version 3, RFC 5280. No authority signs it: a client that verifies must be given it as its authority.
 * @param now milliseconds since 1970.
 */
export function makeCertificate(now = Date.now()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OBJECT_IDENTIFIER, COMMON_NAME), der(UTF8_STRING, NAME))));
  const toBeSigned = der(
    SEQUENCE,
    der(EXPLICIT, der(INTEGER, Buffer.of(2))),
    der(INTEGER, serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, utcTime(now - DAY_MS), utcTime(now + VALID_DAYS * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXPLICIT | 3, der(SEQUENCE, ...extensions())),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = der(SEQUENCE, toBeSigned, ECDSA_WITH_SHA256, der(BIT_STRING, Buffer.of(0), signature));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(certificate) };
}

/** Returns the extensions: the certificate is its own authority, and is valid for these names and addresses. */
function extensions(): Buffer[] {
  const isAuthority = der(SEQUENCE, der(BOOLEAN, Buffer.of(0xff)));
  const names = [der(DNS_NAME, NAME), ...ADDRESSES.map((address) => der(IP_ADDRESS, address))];
  return [
    der(
      SEQUENCE,
      der(OBJECT_IDENTIFIER, BASIC_CONSTRAINTS),
      der(BOOLEAN, Buffer.of(0xff)),
      der(OCTET_STRING, isAuthority),
    ),
    der(SEQUENCE, der(OBJECT_IDENTIFIER, SUBJECT_ALTERNATIVE_NAME), der(OCTET_STRING, der(SEQUENCE, ...names))),
  ];
}

/**
 * Returns 64 bits, of which the first two are 01 and the rest random: unique, positive and without a leading zero byte.
 */
function serialNumber(): Buffer {
  const serial = randomBytes(8);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  return serial;
}

/** Encodes a time as `YYMMDDHHMMSSZ`, which RFC 5280 requires for dates before 2050. */
function utcTime(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/\.\d+|[-:T]/g, '');
  return der(UTC_TIME, text.slice(2));
}

/** Encodes a value with its tag and its length: X.690, section 8.1. */
function der(tag: number, ...contents: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(contents.map((each) => (typeof each === 'string' ? Buffer.from(each) : each)));
  const { length } = content;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...header), content]);
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
