import { isIP } from 'node:net';
import { libc } from '../libc.ts';
import { NativeMemory } from '../memory/memory.ts';
import { errorText, isError, TlsError, takeError } from './failure.ts';
import { openssl } from './openssl.ts';

// Constants of openssl/ssl.h, openssl/x509_vfy.h and openssl/pemerr.h.
const SSL_VERIFY_PEER = 1;
const SSL_CTRL_EXTRA_CHAIN_CERT = 14;
const SSL_OP_NO_RENEGOTIATION = 2 ** 30;
const X509_V_FLAG_PARTIAL_CHAIN = 0x8_0000;
const LIBRARY_PEM = 9;
const PEM_NO_START_LINE = 108;

/** A certificate with its chain, and its private key, both as PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Properties of all connections of a {@link TlsContext}. */
export interface TlsContextOptions {
  /** Default: client. The server's side serves measurements and tests in memory. */
  readonly role?: 'client' | 'server';
  readonly identity?: TlsIdentity | undefined;
  /** Application protocols that a client offers, the preferred one first (RFC 7301). */
  readonly alpn?: readonly string[];
  /** Certificates as PEM that a client trusts. Undefined: it takes any certificate. */
  readonly ca?: string | undefined;
  /** Name or IP address that the server's certificate must contain. Checked with `ca` only. */
  readonly peer?: string | undefined;
}

/** What connections have in common: SSL_CTX_new(3). Free it after its connections. */
export class TlsContext {
  /** For OpenSSL's functions only. */
  readonly address: number;
  readonly role: 'client' | 'server';
  /** Upper limit of the bytes of its own certificates. */
  readonly certificateBytes: number;
  /** The offered protocols as in the TLS extension: each name after its length. */
  readonly #alpn: NativeMemory;
  readonly #protocols: readonly string[];
  #freed = false;

  /**
   * @throws {TlsError} when a certificate, the key or a protocol's name is unusable.
   * @throws {UnavailableError} without OpenSSL.
   */
  constructor(options: TlsContextOptions) {
    const { role = 'client', alpn = [], identity, ca } = options;
    const list = protocolList(alpn);
    const ssl = openssl();
    this.role = role;
    // PEM is longer than what is sent.
    this.certificateBytes = identity?.cert.length ?? 0;
    this.#protocols = alpn;
    this.address = ssl.SSL_CTX_new(role === 'client' ? ssl.TLS_client_method() : ssl.TLS_server_method());
    if (this.address === 0) throw new TlsError(`OpenSSL has no TLS: ${errorText(takeError())}`);
    this.#alpn = new NativeMemory(list.length);
    this.#alpn.bytes.set(list);
    try {
      // Requests wait for nothing but replies then: with a renegotiation, writing would need the server's answer first.
      ssl.SSL_CTX_set_options(this.address, SSL_OP_NO_RENEGOTIATION);
      if (list.length > 0) ssl.SSL_CTX_set_alpn_protos(this.address, this.#alpn.address, list.length);
      if (identity !== undefined) this.#identify(identity);
      if (ca !== undefined) this.#verify(ca, options.peer);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** Returns which of the offered protocols is named by bytes of OpenSSL; '' when none. */
  protocolAt(address: number, length: number): string {
    let at = 0;
    for (const protocol of this.#protocols) {
      const size = Buffer.byteLength(protocol);
      const own = this.#alpn.addressOf(at + 1, size, 'memcmp');
      if (size === length && libc().memcmp(own, address, size) === 0) return protocol;
      at += 1 + size;
    }
    return '';
  }

  /** A second call does nothing. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#alpn.free();
    openssl().SSL_CTX_free(this.address);
  }

  /** Sets the certificate, its chain and the key. */
  #identify({ cert, key }: TlsIdentity): void {
    const ssl = openssl();
    const [own = 0, ...chain] = readCertificates(cert, 'the certificate');
    let privateKey = 0;
    try {
      privateKey = readPrivateKey(key);
      let done = ssl.SSL_CTX_use_certificate(this.address, own) === 1;
      done = done && ssl.SSL_CTX_use_PrivateKey(this.address, privateKey) === 1;
      done = done && ssl.SSL_CTX_check_private_key(this.address) === 1;
      if (!done) throw new TlsError(`the certificate and the key can't be used: ${errorText(takeError())}`);
      // The context owns certificates of the chain, once they are added.
      for (const each of chain.splice(0)) ssl.SSL_CTX_ctrl(this.address, SSL_CTRL_EXTRA_CHAIN_CERT, 0, each);
    } finally {
      for (const each of [own, ...chain]) ssl.X509_free(each);
      ssl.EVP_PKEY_free(privateKey);
    }
  }

  /** Refuses servers without a certificate that the given ones vouch for, and that names the peer. */
  #verify(ca: string, peer: string | undefined): void {
    const ssl = openssl();
    const store = ssl.SSL_CTX_get_cert_store(this.address);
    for (const each of readCertificates(ca, 'the file of authorities')) {
      ssl.X509_STORE_add_cert(store, each);
      ssl.X509_free(each);
    }
    const param = ssl.SSL_CTX_get0_param(this.address);
    // An intermediate authority, or the server's own certificate, is enough.
    ssl.X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    if (peer !== undefined) {
      const set = withText(peer, (text, length) =>
        isIP(peer) === 0
          ? ssl.X509_VERIFY_PARAM_set1_host(param, text, length)
          : ssl.X509_VERIFY_PARAM_set1_ip_asc(param, text),
      );
      if (set !== 1) throw new TlsError(`'${peer}' can't be the name in a certificate: ${errorText(takeError())}`);
    }
    ssl.SSL_CTX_set_verify(this.address, SSL_VERIFY_PEER, 0);
    ssl.ERR_clear_error();
  }
}

/** Passes a text in native memory, terminated by a zero byte, to a call. */
export function withText<T>(text: string, call: (address: number, length: number) => T): T {
  const bytes = Buffer.from(text);
  const memory = new NativeMemory(bytes.length + 1);
  try {
    memory.bytes.set(bytes);
    return call(memory.address, bytes.length);
  } finally {
    // It may be a private key.
    memory.bytes.fill(0);
    memory.free();
  }
}

/** Encodes names of protocols for ALPN: RFC 7301 §3.1. @throws {TlsError} for a name that is empty or too long. */
function protocolList(alpn: readonly string[]): Buffer {
  const names = alpn.map((name) => Buffer.from(name));
  const wrong = names.findIndex(({ length }) => length === 0 || length > 255);
  if (wrong >= 0) throw new TlsError(`'${alpn[wrong]}' is not a protocol for ALPN: it needs 1 to 255 bytes`);
  return Buffer.concat(names.flatMap((name) => [Buffer.of(name.length), name]));
}

/** Parses all certificates of a PEM text; free each. @throws {TlsError} when there are none, or one is damaged. */
function readCertificates(pem: string, what: string): number[] {
  const ssl = openssl();
  const found: number[] = [];
  const code = withText(pem, (address, length) => {
    const bio = ssl.BIO_new_mem_buf(address, length);
    for (;;) {
      const certificate = ssl.PEM_read_bio_X509(bio, 0, 0, 0);
      if (certificate === 0) break;
      found.push(certificate);
    }
    ssl.BIO_free(bio);
    return takeError();
  });
  if (found.length > 0 && isError(code, LIBRARY_PEM, PEM_NO_START_LINE)) return found;
  for (const each of found) ssl.X509_free(each);
  throw new TlsError(`${what} is not PEM, or is damaged: ${errorText(code)}`);
}

/** Parses a private key; free it. @throws {TlsError} when it is none, or is encrypted. */
function readPrivateKey(pem: string): number {
  const ssl = openssl();
  const key = withText(pem, (address, length) => {
    const bio = ssl.BIO_new_mem_buf(address, length);
    // An empty passphrase: without one, OpenSSL would ask for it on the terminal.
    const parsed = withText('', (passphrase) => ssl.PEM_read_bio_PrivateKey(bio, 0, 0, passphrase));
    ssl.BIO_free(bio);
    return parsed;
  });
  const code = takeError();
  if (key !== 0) return key;
  throw new TlsError(`the private key is not PEM, is encrypted, or is damaged: ${errorText(code)}`);
}
