import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../../sockets/errors/errno.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { close, connect, localAddress, openServer, send, setOption, socket } from '../../sockets/socket.ts';
import { TimestampedReceiver } from '../../sockets/timestamps.ts';

const HERE = { host: '127.0.0.1', port: 0 } as const;
/** The kernel needs milliseconds; the limit allows for overloaded machines. */
const START_LIMIT_MS = 3000;
const POLL_MS = 1;

/**
 * Runs `work` while the kernel timestamps received packets. Timestamping starts some time after the first socket
 * enables it, and stops with the last one: net_enable_timestamp() of the kernel leaves both to a work queue. Without a
 * socket that stays open, each trial could begin without timestamps. Also runs `work` where the kernel gives no
 * timestamps.
 * @throws the error that `work` rejects with.
 */
export async function whileStamping<T>(work: () => Promise<T>): Promise<T> {
  const inbox = openServer('udp', HERE, { blocking: false });
  try {
    await startStamping(inbox);
    return await work();
  } finally {
    close(inbox);
  }
}

/** Returns why the kernel gives no receive timestamps; undefined when a datagram to this process carried one. */
export async function whyNotStamped(): Promise<string | undefined> {
  const inbox = openServer('udp', HERE, { blocking: false });
  try {
    return await startStamping(inbox);
  } finally {
    close(inbox);
  }
}

/**
 * Asks for timestamps on a bound UDP socket that does not block, and sends to it until a datagram carries one.
 * @returns why none did.
 */
async function startStamping(inbox: number): Promise<string | undefined> {
  if (setOption(inbox, 'SO_TIMESTAMPNS', 1) < 0) return 'this kernel does not support SO_TIMESTAMPNS';
  const outbox = check(socket('udp', HERE.host), 'socket');
  const memory = new NativeMemory(8);
  const receiver = new TimestampedReceiver(memory);
  try {
    check(connect(outbox, localAddress(inbox)), 'connect');
    for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await sleep(POLL_MS)) {
      send(outbox, memory, 0, 8);
      if (receiver.receive(inbox) > 0 && receiver.seconds !== 0) return undefined;
    }
    return 'datagrams arrive without a timestamp';
  } finally {
    close(outbox);
    receiver.free();
    memory.free();
  }
}
