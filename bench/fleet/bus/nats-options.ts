import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Authenticator, ConnectionOptions, TlsOptions } from '@nats-io/transport-node';
import { ServiceError } from '../../model/errors.ts';
import type { NatsTlsFiles } from '../../model/fleet.ts';

/** The functions of NATS' client that make an identity of a file. */
type Authenticators = Pick<typeof import('@nats-io/transport-node'), 'credsAuthenticator' | 'nkeyAuthenticator'>;

/** How to reach a NATS server, and as whom. Files are read when the connection is opened. */
export interface NatsServer {
  /** Such as nats://user:password@host:4222, or tls://host. */
  readonly url: string;
  /** A file of credentials (JWT and nkey), as `nsc` writes it, or with the seed of an nkey alone; null: none. */
  readonly credentials: string | null;
  /** For TLS; undefined: the authorities that Node trusts. */
  readonly tls?: NatsTlsFiles | undefined;
}

/**
 * Returns the options of NATS' client.
 * @throws {ServiceError} when the URL is none, or a file is not what it should be. The message contains no secret.
 */
export function natsOptions(server: NatsServer, nats: Authenticators): ConnectionOptions {
  const { url, credentials, tls } = server;
  const { protocol, host, hostname, username, password } = parseServer(url);
  const decoded = { user: unescaped(username), pass: unescaped(password) };
  return {
    servers: host,
    ...((protocol === 'tls:' || tls !== undefined) && { tls: tlsOptions(hostname, tls) }),
    ...(username !== '' && password !== '' && decoded),
    // A user without a password is a token, as in the clients of other languages.
    ...(username !== '' && password === '' && { token: decoded.user }),
    ...(credentials !== null && { authenticator: authenticatorIn(credentials, nats) }),
  };
}

/** Returns a URL as messages may contain it: what comes before the last @ may belong to a password. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/)?.*@/s, '$1');
}

/** @throws {ServiceError} when it is no URL of a server: a password with a slash would else become part of the host. */
function parseServer(url: string): URL {
  const written = /^[a-z]+:\/\//.test(url) ? url : `nats://${url}`;
  const parsed = /^(nats|tls):\/\/./.test(written) && URL.canParse(written) ? new URL(written) : undefined;
  if (parsed !== undefined && /^\/?$/.test(parsed.pathname + parsed.search + parsed.hash)) return parsed;
  throw new ServiceError(
    `--nats: '${withoutPassword(url)}' is not the URL of a NATS server, such as nats://HOST:4222 or tls://HOST` +
      (url.includes('@') ? '; in a user or a password, write / ? # % @ and : as %2F %3F %23 %25 %40 and %3A' : ''),
  );
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new ServiceError('--nats: a user or a password has a % that is none of an escape: write %25', {
      cause: error,
    });
  }
}

function tlsOptions(hostname: string, files: NatsTlsFiles | undefined): TlsOptions {
  const { ca = null, certificate = null, key = null } = files ?? {};
  // The client would compare a certificate with the name localhost when the server is given by its IP address.
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const verified = isIP(bare) === 0 ? {} : { host: bare };
  return {
    ...verified,
    ...(ca !== null && { ca: textOf('nats-ca', ca) }),
    ...(certificate !== null && { cert: textOf('nats-cert', certificate) }),
    ...(key !== null && { key: textOf('nats-key', key) }),
  };
}

function authenticatorIn(file: string, nats: Authenticators): Authenticator {
  const text = textOf('nats-creds', file);
  const encoder = new TextEncoder();
  if (text.includes('BEGIN NATS USER JWT')) return nats.credsAuthenticator(encoder.encode(text));
  if (/^SU[A-Z2-7]+$/.test(text.trim())) return nats.nkeyAuthenticator(encoder.encode(text.trim()));
  throw new ServiceError(
    `--nats-creds: ${file} has neither credentials, as nsc writes them, nor the seed of a user's nkey`,
  );
}

function textOf(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ServiceError(`--${flag}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
