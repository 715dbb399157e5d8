import { isLoopback } from '../../sockets/address.ts';
import type { TransportName } from '../transport.ts';
import { type AppName, answersDatagrams } from './app-catalog.ts';

/**
 * Returns why a server on this address can be abused to attack others, as a clause; undefined when it can't. Over UDP
 * the sender address can be forged, so an app that answers datagrams sends to any forged address: as much as came
 * (`echo`), more (`chargen`), or forever, between two such servers (CERT Advisory CA-1996-01; RFC 2827). Over TCP the
 * handshake proves the sender, and only this machine can send to a loopback address.
 * @param host IP address that the server binds. That of any interface (0.0.0.0, ::) is reachable from other machines.
 */
export function whyReflects(app: AppName, transport: TransportName, host: string): string | undefined {
  if (transport !== 'udp' || !answersDatagrams(app) || isLoopback(host)) return undefined;
  return (
    `over udp, ${app} replies to the sender that a datagram names, and ${host} can be reached from other machines: ` +
    'with a forged sender it floods others'
  );
}
