import type { Dialer, Peer } from './dialer.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import { udp } from './udp.ts';

/** How to talk by hand to each kind of target. To add one: write `dialers/NAME.ts` and an entry here. */
export const dialers = { tcp, udp, tls } as const satisfies Record<Peer['transport'], Dialer>;
