import { httpRequestFaults } from '../../bench/load/protocols/http/request.ts';
import { appsSpeaking } from '../../bench/model/app-workload.ts';
import type { TargetSpec } from '../../bench/model/configuration.ts';
import { checkUnixPath, hostField } from '../../sockets/address.ts';
import { redisLoginOf, redisName, withoutPassword } from './redis-url.ts';

/** Where a URL of a Unix-domain socket leads. */
interface UnixUrl {
  /** Path of the socket. */
  readonly path: string;
  /** What to request there, with its query; `/` when the URL does not name it. */
  readonly request: string;
}

/**
 * Splits a URL of a Unix-domain socket. Its path is written as it is (`http+unix:///run/a.sock`), or, when a request
 * follows, as a host, with `%2F` for each slash (`http+unix://%2Frun%2Fa.sock/status?full`).
 * @throws {UnixPathError} for a path that no socket can have.
 * @throws {RangeError} when the URL names something else, too, such as a user or a port.
 */
export function splitUnixUrl(url: URL): UnixUrl {
  const hasHost = url.hostname !== '';
  const path = decode(hasHost ? url.hostname : url.pathname);
  checkUnixPath(path);
  const request = hasHost ? `${url.pathname || '/'}${url.search}` : '/';
  const excess = [url.username, url.password, url.port, url.hash, hasHost ? '' : url.search].some(
    (part) => part !== '',
  );
  if (excess || !path.startsWith('/')) {
    throw new RangeError(
      `'${withoutPassword(url.href)}' does not name a socket alone: use an absolute path, such as unix:///tmp/a.sock`,
    );
  }
  return { path, request };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RangeError(`'${text}' is not a path: write % as %25`);
  }
}

/**
 * Parses the URL of a target on a Unix-domain socket: `unix:///run/a.sock`, `redis+unix:///run/redis.sock`, or
 * `http+unix` as {@link splitUnixUrl} explains. It is on this machine. @returns undefined for another scheme. @throws {RangeError} as that.
 */
export function parseUnixTarget(text: string): (TargetSpec & { kind: 'address' }) | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'unix:') {
    const { path, request } = splitUnixUrl(url);
    if (request !== '/') throw new RangeError(`'${text}' names a request: unix:// takes the path of a socket alone`);
    return { kind: 'address', transport: 'unix', address: { path }, url: `unix://${path}` };
  }
  if (url?.protocol === 'redis+unix:') return redisTarget(url);
  if (url?.protocol !== 'http+unix:') return undefined;
  const { path, request } = splitUnixUrl(url);
  const [fault] = httpRequestFaults({ path: request });
  if (fault !== undefined) throw new RangeError(fault);
  const [app] = appsSpeaking('HTTP');
  const http = { host: hostField({ path }), path: request };
  return { kind: 'address', transport: 'unix', address: { path }, url: url.href, ...(app && { app }), http };
}

/**
 * Returns a Redis server on a Unix-domain socket. Password and database have room only where the path of the socket is
 * written as a host: `redis+unix://:secret@%2Frun%2Fredis.sock/1`.
 */
function redisTarget(url: URL): TargetSpec & { kind: 'address' } {
  const hasHost = url.hostname !== '';
  const redis = hasHost ? redisLoginOf(url) : {};
  if (redis === undefined) {
    throw new RangeError(
      `'${withoutPassword(url.href)}' does not end with the number of a database: write redis+unix://%2Frun%2Fredis.sock/1`,
    );
  }
  const { path } = splitUnixUrl(hasHost ? new URL(`${url.protocol}//${url.host}${url.hash}`) : url);
  const origin = redis.database === undefined ? path : encodeURIComponent(path);
  const name = redisName(`redis+unix://${origin}`, redis);
  return { kind: 'address', transport: 'unix', address: { path }, url: name, redis };
}
