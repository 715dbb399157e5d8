import { connect, type Socket } from 'node:net';
import type { SocketAddress } from '../../sockets/address.ts';
import type { Choose } from '../balance/policies.ts';

/** The servers behind a balancer, and the number of open connections of each. */
export class Backends {
  readonly #addresses: SocketAddress[];
  /** Open connections of each server, in the same order. */
  readonly #open: number[];
  readonly #choose: Choose;

  /** @param addresses addresses of the servers; {@link takeOut} compares these objects by identity. */
  constructor(addresses: readonly SocketAddress[], choose: Choose) {
    this.#addresses = [...addresses];
    this.#open = addresses.map(() => 0);
    this.#choose = choose;
  }

  get size(): number {
    return this.#addresses.length;
  }

  /** Stops assigning connections to a server. */
  takeOut(address: SocketAddress): void {
    const index = this.#addresses.indexOf(address);
    if (index < 0) return;
    this.#addresses.splice(index, 1);
    this.#open.splice(index, 1);
  }

  /**
   * Connects to the server that the policy chooses; when it refuses, to another.
   * @returns a socket that may be half-open and has an error handler; undefined when no server accepts.
   */
  async connect(): Promise<Socket | undefined> {
    const refused = new Set<SocketAddress>();
    for (let next = this.#next(refused); next !== undefined; next = this.#next(refused)) {
      const socket = await this.#connectTo(next);
      if (socket !== undefined) return socket;
      refused.add(next);
    }
    return undefined;
  }

  #next(refused: ReadonlySet<SocketAddress>): SocketAddress | undefined {
    if (this.#addresses.length === 0) return undefined;
    if (refused.size === 0) return this.#addresses[this.#choose(this.#open)];
    const left = this.#addresses.filter((address) => !refused.has(address));
    if (left.length === 0) return undefined;
    return left[this.#choose(left.map((address) => this.#open[this.#addresses.indexOf(address)] ?? 0))];
  }

  /** Connects to one server. The connection counts as open at once, so that simultaneous choices see each other. */
  #connectTo(address: SocketAddress): Promise<Socket | undefined> {
    this.#count(address, 1);
    return new Promise((resolve) => {
      const socket = connect({ ...address, allowHalfOpen: true, noDelay: true }, () => resolve(socket));
      // Reports a refusal, and later a reset; both close the socket.
      socket.on('error', () => resolve(undefined));
      socket.once('close', () => this.#count(address, -1));
    });
  }

  #count(address: SocketAddress, difference: number): void {
    const index = this.#addresses.indexOf(address);
    if (index >= 0) this.#open[index] = (this.#open[index] ?? 0) + difference;
  }
}
