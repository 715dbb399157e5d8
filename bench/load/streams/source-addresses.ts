import { isIPv4 } from 'node:net';
import { isLoopback } from '../../../sockets/address.ts';
import { PeerAddress } from '../../../sockets/socket.ts';

/**
 * Number of source addresses. A closed connection holds its port for a minute (TIME_WAIT, RFC 9293 3.6.1), and one
 * address has about 28,000 ports to a destination (net.ipv4.ip_local_port_range): enough for 470 connections/s. 64
 * addresses allow 30,000/s.
 */
const ADDRESSES = 64;

/** Returns this machine's addresses from which short connections to a host come; none where the kernel chooses. */
export function sourceHosts(host: string): string[] {
  return isIPv4(host) && isLoopback(host) ? Array.from({ length: ADDRESSES }, (_, i) => `127.0.0.${i + 1}`) : [];
}

/**
 * Source addresses of short connections, used in turn. All of 127.0.0.0/8 belongs to the machine (RFC 1122 3.2.1.3).
 */
export class SourceAddresses {
  readonly #addresses: readonly PeerAddress[];
  #turn = 0;

  /** Returns the addresses from which a host can be reached; undefined where only the kernel can choose one. */
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
