import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/**
 * The IP address of a host: itself when it is one, else what the system's resolver says, IPv4 first, so that
 * `localhost` is 127.0.0.1.
 * @throws {RangeError} when the name is not known.
 */
export async function resolveHost(host: string): Promise<string> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare)) return bare;
  try {
    return (await lookup(bare, { verbatim: false })).address;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new RangeError(`host '${host}' is not known (${code})`, { cause: error });
  }
}
