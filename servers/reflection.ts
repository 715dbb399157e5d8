import { isLoopback } from '../sockets/address.ts';
import { type AppName, answersDatagrams } from './apps/catalog.ts';
import type { TransportName } from './transport.ts';

/**
 * Why a server on this address can be turned against others, as a clause; undefined when it can't. Over UDP a sender is
 * what a datagram claims, so that an app that answers datagrams sends to whomever a forger names: as much as came
 * (`echo`), more (`chargen`), or for ever, between two such servers (CERT Advisory CA-1996-01; RFC 2827). Over TCP the
 * handshake proves the sender, and to a loopback address only this machine can send.
 * @param host IP address that the server binds. That of any interface (0.0.0.0, ::) is beyond this machine.
 */
export function whyReflects(app: AppName, transport: TransportName, host: string): string | undefined {
  if (transport !== 'udp' || !answersDatagrams(app) || isLoopback(host)) return undefined;
  return `over udp ${app} answers whatever sender a datagram claims, and ${host} can be reached from other machines: with a forged sender it floods others`;
}
