import type { Dialer } from './dialer.ts';

const webSocket = async () => (await import('./web-socket.ts')).webSocket;

/**
 * The dialers of `connect`, by URL scheme. To add one, write `dialers/NAME.ts` and an entry here. Imported on demand:
 * TLS and WebSockets take longer to load than the rest of the command.
 */
const dialers: Readonly<Record<string, () => Promise<Dialer>>> = {
  tcp: async () => (await import('./tcp.ts')).tcp,
  udp: async () => (await import('./udp.ts')).udp,
  tls: async () => (await import('./tls.ts')).tls,
  ws: webSocket,
  wss: webSocket,
  unix: async () => (await import('./tcp.ts')).tcp,
};

const dialedSchemes = Object.keys(dialers);

/** Loads the dialer for a URL. @throws {RangeError} when `connect` does not support its scheme. */
export async function dialerFor(url: string): Promise<Dialer> {
  const scheme = new URL(url).protocol.slice(0, -1);
  const dialer = dialers[scheme];
  if (dialer !== undefined) return dialer();
  const others = `use ${dialedSchemes.slice(0, -1).join(', ')} or ${dialedSchemes.at(-1)}`;
  throw new RangeError(`${url}: connect does not speak ${scheme}, which is no conversation in lines: ${others}`);
}
