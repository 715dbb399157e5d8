import { appsSpeaking } from '../../bench/model/app-workload.ts';
import type { TargetSpec } from '../../bench/model/configuration.ts';
import { checkUnixPath, hostField } from '../../sockets/address.ts';

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
    throw new RangeError(`'${url}' does not name a socket alone: use an absolute path, such as unix:///tmp/a.sock`);
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
  if (url?.protocol === 'redis+unix:') {
    const { path, request } = splitUnixUrl(url);
    if (request !== '/')
      throw new RangeError(`'${text}' names a request: redis+unix:// takes the path of a socket alone`);
    return { kind: 'address', transport: 'unix', address: { path }, url: `redis+unix://${path}`, redis: {} };
  }
  if (url?.protocol !== 'http+unix:') return undefined;
  const { path, request } = splitUnixUrl(url);
  const [app] = appsSpeaking('HTTP');
  const http = { host: hostField({ path }), path: request };
  return { kind: 'address', transport: 'unix', address: { path }, url: url.href, ...(app && { app }), http };
}
