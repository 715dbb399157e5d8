import { check } from '../errors/errno.ts';
import { libc, outcome } from '../libc.ts';
import { countAllocation, countFree } from './live-memory.ts';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_ANONYMOUS = 0x20;
const MAP_POPULATE = 0x8000;

/** Memory from mmap(2): zeroed private pages, or memory that the kernel shares through a descriptor. */
export class MappedMemory {
  /** Start of the mapping; for system calls only. */
  readonly address: number;
  readonly int32: Int32Array;
  readonly uint16: Uint16Array;
  #size: number;

  /**
   * @param size in bytes, a multiple of 4.
   * @param fd descriptor whose memory is shared, from `offset` on; -1: private memory.
   * @throws {SystemError} ENOMEM
   */
  constructor(size: number, fd = -1, offset = 0) {
    const flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE;
    this.#size = size;
    this.address = check(outcome(libc().mmap(0, size, PROT_READ_WRITE, flags, fd, offset)), 'mmap');
    countAllocation(size);
    const bytes = libc().view(this.address, size);
    this.int32 = new Int32Array(bytes);
    this.uint16 = new Uint16Array(bytes);
  }

  /**
   * Unmaps the memory: munmap(2). Neither this object nor its views may be used afterwards. A second call does nothing:
   * a second munmap(2) could unmap a later mapping at the same address.
   */
  free(): void {
    if (this.#size === 0) return;
    countFree(this.#size);
    libc().munmap(this.address, this.#size);
    this.#size = 0;
  }
}
