import { isIPv4 } from 'node:net';
import { isLoopback } from '../../sockets/address.ts';
import { PeerAddress } from '../../sockets/socket.ts';

/**
 * A closed connection holds its port for a minute (TIME_WAIT, RFC 9293 3.6.1), and one address has some 28,000 ports to
 * a destination (net.ipv4.ip_local_port_range): enough for 470 connections/s. So many addresses make 30,000/s.
 */
const ADDRESSES = 64;

/** The addresses of this machine from which short connections to a host come; none where that is the kernel's choice. */
export function sourceHosts(host: string): string[] {
  return isIPv4(host) && isLoopback(host) ? Array.from({ length: ADDRESSES }, (_, i) => `127.0.0.${i + 1}`) : [];
}

/** Addresses that short connections come from, each in its turn. All of 127.0.0.0/8 belongs to the machine, RFC 1122 3.2.1.3. */
export class SourceAddresses {
  readonly #addresses: readonly PeerAddress[];
  #turn = 0;

  /** The addresses from which a host can be reached; undefined where there is none but the kernel's choice. */
  static towards(host: string): SourceAddresses | undefined {
    const hosts = sourceHosts(host);
    return hosts.length > 0 ? new SourceAddresses(hosts) : undefined;
  }

  private constructor(hosts: readonly string[]) {
    this.#addresses = hosts.map((host) => {
      const address = new PeerAddress();
      address.value = { host, port: 0 };
      return address;
    });
  }

  get count(): number {
    return this.#addresses.length;
  }

  next(): PeerAddress {
    return this.#addresses[this.#turn++ % ADDRESSES] as PeerAddress;
  }

  free(): void {
    for (const { memory } of this.#addresses) memory.free();
  }
}
