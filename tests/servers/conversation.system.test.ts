import { describe, expect, test } from 'vitest';
import { converse } from '../../servers/blocking/serve-client.ts';
import { serveLinkedConversation } from '../../servers/readiness/linked-conversation.ts';
import { openRoom } from '../../servers/rooms/descriptor-room.ts';
import { FRAME_HEADER, frameEnd } from '../../servers/rooms/frame.ts';
import { socketPair } from '../../sockets/descriptor-passing.ts';
import {
  connect,
  localAddress,
  MSG_DONTWAIT,
  recv,
  SHUT_WR,
  send,
  setReceiveTimeout,
  shutdown,
} from '../../sockets/socket.ts';
import { closing, connection, datagramPair, listening, liveBlocks, memory, noLibc } from '../sockets/open.ts';
import { connectedPair } from './connected-pair.ts';

const at = { host: '127.0.0.1', port: 0 } as const;

// The end of a thread does not free native memory.
describe.skipIf(noLibc)('a conversation leaves no native memory behind', () => {
  test('in a room', async () => {
    const [client, server] = connection();
    send(client, memory(8), 0, 8);
    shutdown(client, SHUT_WR);
    const live = liveBlocks();
    await converse({
      fd: server,
      spec: { ...at, transport: 'tcp', app: 'chat' },
      first: undefined,
      room: openRoom(),
    });
    expect([...live]).toEqual([]);
  });

  test('in a room whose other clients are in other processes, whose hub has its last line', async () => {
    const { client, server } = connectedPair(true);
    const [hub, link] = socketPair();
    closing(hub);
    const bytes = memory(64);
    bytes.bytes.set(Buffer.from('hello\n'));
    send(client, bytes, 0, 6);
    shutdown(hub, SHUT_WR);
    const live = liveBlocks();
    await serveLinkedConversation(server, link, { ...at, transport: 'tcp', app: 'chat' });
    expect([...live]).toEqual([]);
    expect(recv(hub, bytes, 0, 64, MSG_DONTWAIT)).toBe(FRAME_HEADER + 6);
    expect(frameEnd(bytes.bytes, 0, 64)).toBe(FRAME_HEADER + 6);
    expect(recv(hub, bytes, 0, 64, MSG_DONTWAIT), 'the end of the link').toBe(0);
    expect(recv(client, bytes, 0, 64), 'FIN').toBe(0);
  });

  // An ack has a buffer of its own; an echo is sent from that of the datagram that it answers.
  test.each(['echo', 'ack'] as const)('over datagrams: %s', async (app) => {
    const [client, server] = datagramPair();
    setReceiveTimeout(server, 1);
    send(client, memory(8), 0, 8);
    const first = { peer: localAddress(client), base64: 'aGVsbG8=' };
    const live = liveBlocks();
    await converse({ fd: server, spec: { ...at, transport: 'udp', app }, first });
    expect([...live]).toEqual([]);
  });
});

describe.skipIf(noLibc)('a conversation over UDP', () => {
  test('answers a peer that sent to the socket before it was connected to another peer', async () => {
    const [server, peer, stranger] = [listening('udp'), listening('udp'), listening('udp')];
    const bytes = memory(8);
    connect(stranger, localAddress(server));
    send(stranger, bytes, 0, 5);
    connect(server, localAddress(peer));
    setReceiveTimeout(server, 1);
    await converse({ fd: server, spec: { ...at, transport: 'udp', app: 'echo' }, first: undefined });
    expect(recv(stranger, bytes, 0, 8, MSG_DONTWAIT)).toBe(5);
  });
});
