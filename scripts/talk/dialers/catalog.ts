import type { Dialer } from './dialer.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import { udp } from './udp.ts';
import { webSocket } from './web-socket.ts';

/** The dialers of `connect`, by URL scheme. To add one, write `dialers/NAME.ts` and an entry here. */
const dialers: Readonly<Record<string, Dialer>> = { tcp, udp, tls, ws: webSocket, wss: webSocket };

const dialedSchemes = Object.keys(dialers);

/** Returns the dialer for a URL. @throws {RangeError} when `connect` does not support its scheme. */
export function dialerFor(url: string): Dialer {
  const scheme = new URL(url).protocol.slice(0, -1);
  const dialer = dialers[scheme];
  if (dialer !== undefined) return dialer;
  const others = `use ${dialedSchemes.slice(0, -1).join(', ')} or ${dialedSchemes.at(-1)}`;
  throw new RangeError(`${url}: connect does not speak ${scheme}, which is no conversation in lines: ${others}`);
}
