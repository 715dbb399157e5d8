import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../../sockets/errors/errno.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { close, connect, localAddress, openServer, send, setOption, socket } from '../../sockets/socket.ts';
import { TimestampedReceiver } from '../../sockets/timestamps.ts';

const HERE = { host: '127.0.0.1', port: 0 } as const;
/** The kernel enables timestamps a moment after the first socket requests them. */
const ATTEMPTS = 20;

/** Returns why the kernel gives no receive timestamps; undefined when a datagram to this process carried one. */
export async function whyNoTimestamps(): Promise<string | undefined> {
  const inbox = openServer('udp', HERE, { blocking: false });
  const outbox = socket('udp', HERE.host);
  const memory = new NativeMemory(8);
  const receiver = new TimestampedReceiver(memory);
  try {
    check(outbox, 'socket');
    const status = setOption(inbox, 'SO_TIMESTAMPNS', 1);
    if (status < 0) return 'this kernel does not support SO_TIMESTAMPNS';
    check(connect(outbox, localAddress(inbox)), 'connect');
    for (let i = 0; i < ATTEMPTS; i++) {
      send(outbox, memory, 0, 8);
      if (receiver.receive(inbox) > 0 && receiver.seconds !== 0) return undefined;
      await sleep(1);
    }
    return 'datagrams arrive without a timestamp';
  } finally {
    close(inbox);
    if (outbox >= 0) close(outbox);
    receiver.free();
    memory.free();
  }
}
