import type { RedisLogin } from '../../bench/model/configuration.ts';

/** Most databases of a Redis server have numbers below 16; the server checks that one exists. */
const DATABASE = /^\/(\d{1,9})?$/;

/**
 * Returns user, password and database in the URL of a Redis server; undefined when what follows the host is not the
 * number of a database.
 * @throws {RangeError} when user or password is invalid. The message does not contain it.
 */
export function redisLoginOf(url: URL): RedisLogin | undefined {
  const [path, digits] = DATABASE.exec(url.pathname || '/') ?? [];
  if (path === undefined || url.search !== '') return undefined;
  const database = Number(digits ?? 0);
  if (url.username !== '' && url.password === '') {
    throw new RangeError('a user without a password: write redis://USER:PASSWORD@HOST:PORT, or :PASSWORD alone');
  }
  return {
    ...(url.username !== '' && { user: decoded(url.username) }),
    ...(url.password !== '' && { password: decoded(url.password) }),
    ...(database !== 0 && { database }),
  };
}

/** Returns the name of a Redis server in tables: its URL without user and password. */
export function redisName(origin: string, { database }: RedisLogin): string {
  return database === undefined ? origin : `${origin}/${database}`;
}

/** Returns a URL without user and password, for messages. It need not be valid. */
export function withoutPassword(text: string): string {
  return text.replace(/\/\/.*@/s, '//…@');
}

/** Decodes %XX. @throws {RangeError} when a % begins no such code. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new RangeError('a % in the user or the password must be written as %25', { cause: error });
  }
}
